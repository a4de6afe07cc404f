// Fetches one MTA-STS policy: over TLS that is checked against the public authorities, small, soon, from the one place where it may be,
// and without being led anywhere else. The host is named by whoever mail goes to, so its addresses are judged as those of mail hosts are,
// and the address that was judged is the one connected to. RFC 8461 §3.2, §3.3.

import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { Agent, request } from 'undici'
import type { DnsResolver } from '../dns/dns.ts'
import { parseStsPolicy, type StsPolicy } from './sts-policy.ts'

export type FetchedPolicy =
  | { readonly type: 'fetched'; readonly policy: StsPolicy }
  /** `tlsResult`: as RFC 8460 §4.3 calls it. `detail`: in our words. */
  | { readonly type: 'failed'; readonly tlsResult: string; readonly detail: string }

export type FetchStsPolicy = (domain: string) => Promise<FetchedPolicy>

export type PolicyFetchSettings = {
  readonly port: number
  /** In milliseconds, for all of it. A message waits meanwhile: RFC 8461 §3.3 proposes a minute, which is more than that is worth. */
  readonly timeout?: number
  /** Trusted instead of the public authorities. */
  readonly ca?: string
}

const TIMEOUT = 15_000
const SIZE_LIMIT = 64 * 1024
const HEADER_LIMIT = 8 * 1024

export function createFetchStsPolicy(
  { port, timeout = TIMEOUT, ca }: PolicyFetchSettings,
  dns: Pick<DnsResolver, 'resolveAddresses'>,
  isForbidden: (address: string) => boolean,
): FetchStsPolicy & { readonly close: () => Promise<void> } {
  const agent = new Agent({
    allowH2: false,
    connect: {
      lookup: lookupIn(dns, isForbidden),
      timeout,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
    },
    bodyTimeout: timeout,
    headersTimeout: timeout,
    maxHeaderSize: HEADER_LIMIT,
    maxResponseSize: SIZE_LIMIT,
    pipelining: 0,
  })
  const fetch: FetchStsPolicy = async (domain) => {
    const place = `https://mta-sts.${domain}${port === 443 ? '' : `:${port}`}/.well-known/mta-sts.txt`
    try {
      const response = await request(place, {
        dispatcher: agent,
        method: 'GET',
        headers: { accept: 'text/plain', 'accept-encoding': 'identity' },
        reset: true,
        signal: AbortSignal.timeout(timeout),
      })
      const octets = Buffer.from(await response.body.arrayBuffer())
      return judge(response.statusCode, String(response.headers['content-type'] ?? ''), octets)
    } catch (error) {
      return failureOf(error)
    }
  }
  return Object.assign(fetch, { close: () => agent.destroy() })
}

function judge(status: number, contentType: string, octets: Buffer): FetchedPolicy {
  if (status !== 200) return failed('sts-policy-fetch-error', `its server answers ${status}`)
  // RFC 8461 §3.2: what a user of a web host can put there is rarely text/plain.
  if (!/^text\/plain(?:[ \t]*;|$)/i.test(contentType)) return failed('sts-policy-invalid', 'it is not text/plain')
  const policy = parseStsPolicy(octets.toString('utf8'))
  return policy === undefined ? failed('sts-policy-invalid', 'it is not well formed') : { type: 'fetched', policy }
}

const failed = (tlsResult: string, detail: string): FetchedPolicy => ({ type: 'failed', tlsResult, detail })

/** Finds none but the addresses that may be connected to. */
function lookupIn(
  dns: Pick<DnsResolver, 'resolveAddresses'>,
  isForbidden: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    void dns.resolveAddresses(hostname).then((answer) => {
      const found = answer.type === 'found' ? answer.records.filter((address) => !isForbidden(address)) : []
      const addresses = found.map((address) => ({ address, family: isIP(address) }))
      const [first] = addresses
      if (first === undefined) return callback(Object.assign(new Error(), { code: 'ENOTFOUND' }), [])
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

const CERTIFICATE_CODES = /^(?:ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|HOSTNAME_MISMATCH)/

/** By its code: messages may quote the certificate or the answer. */
function failureOf(error: unknown): FetchedPolicy {
  const named = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const code = named ?? (error instanceof DOMException ? error.name : 'unknown')
  return CERTIFICATE_CODES.test(code)
    ? failed('sts-webpki-invalid', `the certificate of its server does not check (${code})`)
    : failed('sts-policy-fetch-error', `it cannot be fetched (${code})`)
}
