// A network of servers that nobody here wrote, on loopback: Knot signs the zones, Unbound validates them, Postfix and Haraka take mail at
// addresses of their own and one port, and our service delivers to whom the DNS names. Its sender's domain is verified by the very
// records that it shows. A web server has MTA-STS policies.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Config } from '../../src/config/schema.ts'
import type { VerificationType } from '../../src/domains/verification-records.ts'
import {
  type Authority,
  createAuthority,
  octetsOf,
  tlsa,
  withAuthority,
} from '../../src/transport/certificates.fixture.ts'
import { openSession } from '../azure/article.ts'
import { administratorCredential, connectAzure } from '../azure/azure-clients.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type Cleanup, type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { findSignedDnsProblem, type SignedDns, startSignedDns } from '../fixtures/signed-dns.ts'
import { type Haraka, openHaraka } from './haraka.ts'
import { findFreePort, txt } from './knot.ts'
import { findPostfixProblem, openPostfix, type Postfix } from './postfix.ts'

export const SENDER_DOMAIN = 'contoso.org'
export const SENDER = `DoNotReply@${SENDER_DOMAIN}`
export const POSTFIX = '127.0.0.2'
export const HARAKA = '127.0.0.3'
export const POLICIES = '127.0.0.5'
/** Nobody listens. */
export const NOBODY = '127.0.0.9'
const TYPES = ['Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC'] as const satisfies readonly VerificationType[]

export type DeliveryNetwork = {
  readonly service: QuickstartService
  readonly dns: SignedDns
  readonly postfix: Postfix
  readonly haraka: Haraka
  /** Where mail is taken. */
  readonly port: number
  readonly authority: Authority
  /** What a TLSA record of Haraka says after its name: `3 1 1` and the digest of its key. */
  readonly harakaTlsa: string
  /** Gives the subject, which is no other message's. */
  send(recipients: readonly string[], mailParameters?: string): Promise<string>
  /** What the timeline of the message says, once it says this. */
  timeline(subject: string, what: RegExp): Promise<string>
  /** The message as it came there. */
  at(server: Pick<Haraka, 'arrived'>, subject: string): Promise<Buffer>
}

/** Why it cannot be run here, or undefined. */
export const findNetworkProblem = async (): Promise<string | undefined> =>
  (await findSignedDnsProblem()) ?? (await findPostfixProblem())

export type NetworkPlan = {
  /** Zones, by name, with what they hold besides that of the sender; `port` is where mail is taken. */
  readonly zones: (network: Pick<DeliveryNetwork, 'port' | 'harakaTlsa'>) => Readonly<Record<string, readonly string[]>>
  readonly unsigned?: readonly string[]
  readonly bogus?: readonly string[]
  /** Names that the certificate of both servers is for. */
  readonly names: readonly string[]
  /** MTA-STS policies by domain. */
  readonly policies?: Readonly<Record<string, string>>
  /** Domains whose mail Postfix takes. */
  readonly postfixDomains: readonly string[]
  readonly isIpv6?: boolean
}

export async function openNetwork(context: Cleanup, plan: NetworkPlan): Promise<DeliveryNetwork> {
  const directory = temporaryDirectory(context)
  const authority = await createAuthority()
  const certificate = withAuthority(await authority.issue(plan.names), authority)
  const port = await findFreePort()
  const policyPort = await servePolicies(context, authority, plan.policies ?? {})
  const { certificate: association } = tlsa(3, 1, 1, certificate.certificate)
  const harakaTlsa = `TLSA 3 1 1 ${Buffer.from(association).toString('hex')}`
  assert.ok(octetsOf(certificate.certificate).length > 0)
  const zones = plan.zones({ port, harakaTlsa })
  const { unsigned = [], bogus = [] } = plan
  const signed = [SENDER_DOMAIN, ...Object.keys(zones).filter((zone) => ![...unsigned, ...bogus].includes(zone))]
  const dns = await startSignedDns(context, { signed, unsigned, bogus })
  for (const [zone, lines] of Object.entries(zones)) await dns.publish(zone, lines)
  const caFile = join(directory, 'ca.pem')
  const chain = join(directory, 'chain.pem')
  writeFileSync(caFile, authority.certificate)
  writeFileSync(chain, `${certificate.privateKey}\n${certificate.certificate}`)
  const lines = ['smtpd_tls_security_level = may', `smtpd_tls_chain_files = ${chain}`]
  const domains = [SENDER_DOMAIN, ...plan.postfixDomains]
  const postfix = await openPostfix(context, domains, lines, { address: POSTFIX, port })
  const listen = [`${HARAKA}:${port}`, ...(plan.isIpv6 === true ? [`[::1]:${port}`] : [])]
  const tls = { key: certificate.privateKey, certificate: certificate.certificate }
  const haraka = await openHaraka(context, { listen, tls })
  const service = await startDirect(context, dns, ({ delivery, dns: resolving, ...config }) => ({
    ...config,
    dns: { ...resolving, validating: true },
    delivery: {
      ...delivery,
      mx: { ...delivery.mx, port, caFile, mtaSts: { enabled: true, port: policyPort }, reservedSuffixes: [] },
    },
  }))
  await verifySenderDomain(service, dns)
  return { service, dns, postfix, haraka, port, authority, harakaTlsa, ...actionsOf(service) }
}

async function startDirect(context: Cleanup, dns: SignedDns, adjust: (config: Config) => Config) {
  const variables = { POSTERN_DELIVERY: 'mx', POSTERN_DNS: dns.server, POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' }
  const service = await startIn(temporaryDirectory(context), variables, adjust)
  context.after(() => service.stop())
  return service
}

/** As its owner would: by publishing what is shown, which is what signatures are checked by. */
async function verifySenderDomain(service: QuickstartService, dns: SignedDns): Promise<void> {
  const { communication } = connectAzure(service, administratorCredential(service))
  const { resourceGroup, emailService, communicationService } = service.quickstart
  const place = [resourceGroup, emailService, SENDER_DOMAIN] as const
  const body = { location: 'global', domainManagement: 'CustomerManaged' }
  const made = await communication.domains.beginCreateOrUpdateAndWait(...place, body)
  const issued = TYPES.map((type) => {
    const { name = '', value = '' } = made.verificationRecords?.[type.toLowerCase() as Lowercase<typeof type>] ?? {}
    return `${name === SENDER_DOMAIN ? '@' : name} ${txt(value)}`
  })
  await dns.publish(SENDER_DOMAIN, [...issued, '@ MX 10 postfix', `postfix A ${POSTFIX}`])
  for (const verificationType of TYPES)
    await communication.domains.beginInitiateVerificationAndWait(...place, { verificationType })
  const { communicationServices } = communication
  const { linkedDomains = [] } = await communicationServices.get(resourceGroup, communicationService)
  const links = { linkedDomains: [...linkedDomains, made.id ?? ''] }
  await communicationServices.update(resourceGroup, communicationService, links)
}

function actionsOf(service: QuickstartService): Pick<DeliveryNetwork, 'send' | 'timeline' | 'at'> {
  const { usernames, application } = service.quickstart
  return {
    async send(recipients, mailParameters = '') {
      const subject = `network ${randomUUID()}`
      const session = await openSession(service, usernames.alias, application.clientSecret)
      assert.match(await session.command(`MAIL FROM:<${SENDER}>${mailParameters}`), /^250 /)
      for (const recipient of recipients) assert.match(await session.command(`RCPT TO:<${recipient}>`), /^250 /)
      assert.match(await session.command('DATA'), /^354 /)
      const content = [
        `From: ${SENDER}`,
        `To: ${recipients.join(', ')}`,
        `Subject: ${subject}`,
        '',
        'Hello.',
        '..',
        '.',
      ]
      assert.match(await session.command(content.join('\r\n')), /^250 2\.0\.0 /)
      session.destroy()
      return subject
    },
    async timeline(subject, what) {
      let seen = ''
      const look = async () => {
        const sent = await service.accepted(application.applicationId)
        const message = sent.find((one) => one.subject === subject)
        const { json } = await service.api('GET', `/providers/Postern.Mail/messages/${message?.id}`)
        seen = JSON.stringify(json)
        return what.exec(seen)?.[0]
      }
      return eventually(look, `${what}`, 30_000).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${seen}`)
      })
    },
    at: (server, subject) =>
      eventually(
        async () => server.arrived().find((one) => one.includes(subject)),
        `the arrival of ${subject}`,
        30_000,
      ),
  }
}

/** Gives the port. */
async function servePolicies(
  context: Cleanup,
  authority: Authority,
  policies: Readonly<Record<string, string>>,
): Promise<number> {
  const { certificate, privateKey } = await authority.issue([
    'localhost',
    ...Object.keys(policies).map((domain) => `mta-sts.${domain}`),
  ])
  const server = createServer({ cert: certificate, key: privateKey }, ({ url, headers }, response) => {
    const domain = headers.host?.replace(/^mta-sts\./, '').replace(/:\d+$/, '') ?? ''
    const policy = url === '/.well-known/mta-sts.txt' ? policies[domain] : undefined
    response.writeHead(policy === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(policy)
  })
  server.listen(0, POLICIES)
  await once(server, 'listening')
  context.after(() => void server.close())
  return (server.address() as AddressInfo).port
}
