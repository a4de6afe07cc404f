// What a certificate that a server showed means for a device: is it for this name, in its time, and trusted here? RFC 8314 §3.1, RFC 9525.

import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { fail, type Finding, type Fix, note, pass, skip } from './findings.ts'
import type { SeenTls } from './smtp-probe.ts'

const DAY = 86_400_000
const SOON = 14 * DAY

/** Codes of Node and OpenSSL for a chain that ends nowhere that is trusted. */
const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])

const OUT_OF_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

export function certificateFindings(host: string, { certificate, distrust }: SeenTls, now: number): readonly Finding[] {
  return [nameFinding(host, certificate), timeFinding(certificate, now), trustFinding(distrust)]
}

export const namesIn = ({ subjectaltname = '' }: PeerCertificate): readonly string[] =>
  subjectaltname.split(/, ?/).flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []))

function nameFinding(host: string, certificate: PeerCertificate): Finding {
  const names = namesIn(certificate)
  const shown = names.join(', ') || 'no name'
  if (checkServerIdentity(host, certificate) === undefined) return pass('certificate name', `it is for ${shown}`)
  const [better] = names.filter((name) => !name.startsWith('*'))
  const text = `Enter the name that is in the certificate as the server, instead of ${host}.`
  const fix = better === undefined ? { text } : { text, setting: { name: 'server', value: better } }
  return fail('certificate name', `${host} is not in the certificate, which is for ${shown}`, fix)
}

function timeFinding({ valid_from: from, valid_to: to }: PeerCertificate, now: number): Finding {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const renew = {
    text: 'Renew the certificate of the service (tls.certificates); the files are taken up without a restart.',
    command: 'postern config describe',
  }
  const clock = { text: 'Set the clock of this machine, or of the one that made the certificate.' }
  if (now < start) return fail('certificate time', `it is valid from ${new Date(start).toISOString()}`, clock, renew)
  if (now >= end) return fail('certificate time', `it ended ${new Date(end).toISOString()}`, renew)
  const left = `it ends ${new Date(end).toISOString()}`
  return end - now < SOON ? note('certificate time', `${left}: renew it now`) : pass('certificate time', left)
}

const NEW_CERTIFICATE: Fix = {
  text: 'Give the service a certificate of a public CA, with its chain, in tls.certificates.',
  command: 'postern config describe',
}

function trustFinding(distrust: string | undefined): Finding {
  const step = 'certificate trust'
  // The name is looked at last, so the chain was right.
  if (distrust === undefined || distrust === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return pass(step, 'its chain ends at a CA that is trusted here')
  if (OUT_OF_TIME.has(distrust)) return skip(step, 'not seen behind the time')
  if (!UNKNOWN_AUTHORITY.has(distrust)) return fail(step, `it is not trusted: ${distrust}`, NEW_CERTIFICATE)
  return fail(
    step,
    `its chain ends at no CA that is trusted here (${distrust})`,
    {
      text: 'Have the device trust the CA of the service. Here: --ca-file, or POSTERN_CA_FILE.',
      setting: { name: 'trustedCa', value: 'the CA of the service' },
    },
    NEW_CERTIFICATE,
  )
}
