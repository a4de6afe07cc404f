// How mail leaves, as it is written: which way for whom, the ways themselves, and how long it is tried. What a transport needs of it is
// its own; what is said here is which keys go together, and that every name in a route is the name of a way.

import { isIP } from 'node:net'
import * as z from 'zod'
import { canonicalGuid } from '../resources/guid.ts'
import { DEFAULT_CONNECTIONS } from './delivery-defaults.ts'
import * as field from './schema-fields.ts'

/** Ways out that need no entry under `transports`. */
export const BUILT_IN_TRANSPORTS = ['capture', 'mx'] as const

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DOMAIN_PATTERN = /^(?=.{2,254}$)\.?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

const guid = () => field.word(GUID, 'a GUID').transform((text) => canonicalGuid(text) ?? text)
const domainPatterns = (description: string) =>
  field
    .listOf(
      field.word(DOMAIN_PATTERN, 'a domain in lower case, in its ASCII form; with a leading dot: those below it'),
      1,
    )
    .optional()
    .register(field.fieldFacts, { allowed: 'a list of domains, such as [example.org, .example.net]' })
    .describe(description)
const messagesPerMinute = () => field.count(1, 1_000_000, '600').optional()

const route = field.entry({
  senderDomains: domainPatterns('Only mail whose reverse-path is in one of these.'),
  applications: field
    .listOf(guid(), 1)
    .optional()
    .register(field.fieldFacts, { allowed: 'a list of application ids' })
    .describe('Only mail of these applications.'),
  recipientDomains: domainPatterns('Only recipients in one of these.'),
  via: field
    .listOf(field.word(NAME, 'the name of a transport'), 1)
    .register(field.fieldFacts, { allowed: 'a list of names: capture, mx, and those under `transports`' })
    .describe('Ways out in order: the next one takes what the one before cannot.'),
})

const host = field.entry({
  host: field.hostName('smtp.example.net').describe('Its name, which its certificate must have, or its address.'),
  port: field.portNumber().prefault(587).describe('TCP port.'),
})

const transport = field.entry({
  name: field
    .word(NAME, 'a name of up to 32 lower-case letters, digits and hyphens')
    .describe('What routes call it; unique.'),
  type: field
    .oneOf(['smarthost', 'acs'])
    .describe('`smarthost`: an SMTP server that takes all. `acs`: Azure Communication Services.'),
  hosts: field
    .listOf(host, 1)
    .register(field.fieldFacts, { allowed: 'a list of servers' })
    .optional()
    .describe('For smarthost: its servers; the next one when one does not answer.'),
  tls: field
    .oneOf(['opportunistic', 'required', 'implicit', 'never'])
    .optional()
    .describe(
      'For smarthost. `required`: STARTTLS, certificate checked. `implicit`: from the first octet, checked. `opportunistic`: whatever works. Default: required.',
    ),
  caFile: field
    .filePath('/etc/postern/tls/relay-ca.pem')
    .optional()
    .describe('Authorities to trust instead of the public ones, in PEM form.'),
  username: field
    .word(/^[^\p{Cc}]{1,255}$/u, 'a user name')
    .optional()
    .describe('For smarthost: who we sign in as. Without it: nobody.'),
  mechanism: field
    .oneOf(['plain', 'login', 'xoauth2'])
    .optional()
    .describe('For smarthost: how we sign in. Default: plain or login, whichever is offered.'),
  passwordFile: field
    .filePath('/etc/postern/relay.password')
    .optional()
    .describe('For smarthost: the password, mode 0600. Read anew for each connection.'),
  tokenEndpoint: field
    .httpsUrl('https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token')
    .optional()
    .describe('For xoauth2: where tokens come from, by client credentials.'),
  tenantId: guid()
    .optional()
    .describe('For acs with a client secret: the tenant of the application that we sign in as.'),
  clientId: field
    .word(/^[\x21-\x7e]{1,255}$/, 'a client id')
    .optional()
    .describe('For xoauth2, and for acs with a client secret: the application that we sign in as.'),
  clientSecretFile: field
    .filePath('/etc/postern/relay.secret')
    .optional()
    .describe('For xoauth2, and for acs: its secret, mode 0600.'),
  scope: field
    .word(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'scopes separated by single spaces')
    .optional()
    .describe('For xoauth2: what a token is asked for.'),
  connections: field.count(1, 1000).optional().describe('For smarthost: open at once, over all nodes. Default: 5.'),
  messagesPerMinute: messagesPerMinute().describe('For smarthost: at most, over all nodes. Default: no limit.'),
  endpoint: field
    .httpsOrigin('https://contoso.communication.azure.com/')
    .optional()
    .describe('For acs: the resource. Not needed where a connection string names it.'),
  mode: field
    .oneOf(['service', 'on-behalf'])
    .optional()
    .describe(
      'For acs. `service`: with a credential of the operator, from the queue. `on-behalf`: with the token of each session, before it is answered. Default: service.',
    ),
  connectionStringFile: field
    .filePath('/etc/postern/acs.connection-string')
    .optional()
    .describe('For acs: a connection string, mode 0600.'),
  authority: field
    .httpsOrigin('https://login.microsoftonline.us/')
    .optional()
    .describe('For acs with a client secret: where we sign in. Default: that of the public cloud.'),
  requestsPerMinute: field
    .count(1, 1_000_000)
    .optional()
    .describe('For acs: the quota of the resource, shared by all nodes. Default: 30.'),
  weights: z
    .record(z.string().regex(GUID, 'must be a GUID'), field.count(1, 1000), {
      error: 'must be weights from 1 to 1000 by application id',
    })
    .optional()
    .register(field.fieldFacts, { allowed: 'weights from 1 to 1000 by application id' })
    .describe('For acs: shares of the quota, where applications compete. Those that are not named weigh 1.'),
})

const mx = field.section({
  port: field.portNumber().prefault(25).describe('Where mail exchangers listen.'),
  connections: field
    .count(1, 1000)
    .prefault(DEFAULT_CONNECTIONS)
    .describe('Open at once to one destination, over all nodes.'),
  messagesPerConnection: field.count(1, 10_000).prefault(50).describe('Messages over one connection.'),
  messagesPerMinute: messagesPerMinute().describe('To one destination, over all nodes. Default: no limit.'),
  localAddresses: field
    .listOf(
      field.word(/^/, 'an IP address').refine((text) => isIP(text) > 0, { error: 'must be an IP address' }),
      0,
    )
    .prefault([])
    .describe('Addresses of this machine that connections come from, one of each family at most. Empty: any.'),
  caFile: field
    .filePath('/etc/postern/tls/mx-ca.pem')
    .optional()
    .describe('Authorities that vouch for mail exchangers and policies instead of the public ones, in PEM form.'),
  mtaSts: field
    .section({
      enabled: field.flag().prefault(true).describe('Whether policies are asked for and obeyed.'),
      port: field.portNumber().prefault(443).describe('Where policies are fetched.'),
    })
    .describe('Policies that destinations publish over HTTPS (RFC 8461).'),
  dane: field.flag().prefault(true).describe('Whether TLSA records are obeyed (RFC 7672). They need `dns.validating`.'),
  reservedSuffixes: field
    .listOf(field.domainName(), 0)
    .prefault(['example', 'invalid', 'local', 'localhost', 'test'])
    .describe('Domains that are nobody, and everything below them; our managed domains are too.'),
})

const hook = field.entry({
  url: field.httpUrl('http://127.0.0.1:11333/checkv2').describe('Where messages are sent to.'),
  passwordFile: field
    .filePath('/etc/postern/rspamd.password')
    .optional()
    .describe('The password it asks for, mode 0600.'),
  timeout: field.duration('100ms', '60s').prefault('10s').describe('For one message.'),
  onFailure: field
    .oneOf(['accept', 'refuse'])
    .prefault('accept')
    .describe('What becomes of mail while it gives no answer. `refuse`: 451 4.7.1.'),
})

const OLD_FORM = /^(?:capture|mx|smarthost.*)$/

export const deliverySchema = z.preprocess(
  (written) => written ?? {},
  z.strictObject(
    {
      routes: field
        .listOf(route, 0)
        .prefault([{ via: ['capture'] }])
        .describe(
          'Which way mail goes: the first one that fits. Each condition that is given must hold. Mail that no route fits waits.',
        ),
      transports: field.listOf(transport, 0).prefault([]).describe('Ways out besides `capture` and `mx`.'),
      mx: mx.describe('The way out `mx`: straight to the mail exchangers of the recipients.'),
      retry: field
        .section({
          giveUpAfter: field
            .duration('1s', '30d')
            .prefault('4d')
            .describe('Age at which a message that could not be delivered goes back to its sender.'),
          delayedAfter: field
            .duration('1s', '30d')
            .prefault('4h')
            .describe('Age at which its sender is told that it takes long.'),
        })
        .describe('How long delivery is tried.'),
      revoked: field
        .oneOf(['deliver', 'hold'])
        .prefault('deliver')
        .describe('What becomes of queued mail whose sender has lost the right to send since.'),
      hook: hook.optional().describe('A check of every message before it is accepted, by the protocol of rspamd.'),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type'
          ? typeof issue.input === 'string' && OLD_FORM.test(issue.input)
            ? 'must be a section: name the way out under `routes`, such as `routes: [{ via: [mx] }]`'
            : 'must be a section: indented lines of `key: value`'
          : undefined,
    },
  ),
)

export type RouteConfig = z.output<typeof route>
export type TransportConfig = z.output<typeof transport> & {
  /** Only of a quickstart: from its environment, and in no file. */
  readonly password?: string
}
export type MxConfig = z.output<typeof mx>
export type HookConfig = z.output<typeof hook>
export type DeliveryConfig = Omit<z.output<typeof deliverySchema>, 'transports'> & {
  readonly transports: readonly TransportConfig[]
}

type Refuse = (path: (string | number)[], message: string) => void

/** Names are told apart and exist, and each transport has the keys of its type. */
export function refuseUnusableDelivery(
  { delivery }: { readonly delivery: DeliveryConfig },
  context: z.core.$RefinementCtx,
): void {
  const { routes, transports, retry } = delivery
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path: ['delivery', ...path], message })
  const names: string[] = [...BUILT_IN_TRANSPORTS]
  for (const [index, each] of transports.entries()) {
    const place = ['transports', index]
    if (names.includes(each.name)) refuse([...place, 'name'], nameTaken(each.name, transports))
    names.push(each.name)
    refuseOtherKeys(each, (path, message) => refuse([...place, ...path], message))
  }
  for (const [index, { via }] of routes.entries())
    for (const [at, name] of via.entries()) {
      if (!names.includes(name)) refuse(['routes', index, 'via', at], `is not the name of a transport`)
      if (via.indexOf(name) < at) refuse(['routes', index, 'via', at], 'is there already')
    }
  if (retry.delayedAfter >= retry.giveUpAfter) refuse(['retry', 'delayedAfter'], 'must be less than giveUpAfter')
}

function nameTaken(name: string, transports: readonly TransportConfig[]): string {
  const first = transports.findIndex((other) => other.name === name)
  return (BUILT_IN_TRANSPORTS as readonly string[]).includes(name)
    ? 'is the name of a built-in transport'
    : `is the same as delivery.transports.${first}.name`
}

const TOKEN_KEYS = ['tokenEndpoint', 'clientId', 'clientSecretFile'] as const
const KEYS_OF = {
  smarthost: [
    'hosts',
    'tls',
    'username',
    'mechanism',
    'passwordFile',
    'tokenEndpoint',
    'clientId',
    'clientSecretFile',
    'scope',
    'connections',
    'messagesPerMinute',
  ],
  acs: [
    'requestsPerMinute',
    'weights',
    'endpoint',
    'mode',
    'connectionStringFile',
    'authority',
    'tenantId',
    'clientId',
    'clientSecretFile',
  ],
} as const satisfies Record<TransportConfig['type'], readonly (keyof TransportConfig)[]>

function refuseOtherKeys(written: TransportConfig, refuse: Refuse): void {
  const other = written.type === 'acs' ? 'smarthost' : 'acs'
  const own: readonly string[] = KEYS_OF[written.type]
  for (const key of KEYS_OF[other])
    if (written[key] !== undefined && !own.includes(key)) refuse([key], `is only for type: ${other}`)
  if (written.type === 'acs') refuseAcs(written, refuse)
  else refuseSmarthost(written, refuse)
}

function refuseSmarthost(written: TransportConfig, refuse: Refuse): void {
  const { hosts, tls, username, mechanism, passwordFile } = written
  if (hosts === undefined) refuse(['hosts'], 'is missing: give at least one')
  if (tls === 'never' && username !== undefined) refuse(['tls'], 'must not be never: there is a username')
  if (mechanism === 'xoauth2') {
    if (passwordFile !== undefined) refuse(['passwordFile'], 'is not for mechanism: xoauth2')
    for (const key of ['username', ...TOKEN_KEYS, 'scope'] as const)
      if (written[key] === undefined) refuse([key], 'is missing: mechanism is xoauth2')
    return
  }
  for (const key of [...TOKEN_KEYS, 'scope'] as const)
    if (written[key] !== undefined) refuse([key], 'is only for mechanism: xoauth2')
  if (username !== undefined && passwordFile === undefined) refuse(['passwordFile'], 'is missing: there is a username')
  if (username === undefined && passwordFile !== undefined) refuse(['username'], 'is missing: there is a passwordFile')
  if (username === undefined && mechanism !== undefined) refuse(['username'], 'is missing: there is a mechanism')
}

function refuseAcs(written: TransportConfig, refuse: Refuse): void {
  const secret = ['tenantId', 'clientId', 'clientSecretFile'] as const
  const ownCredentials = ([...secret, 'authority'] as const).filter((key) => written[key] !== undefined)
  if (written.mode === 'on-behalf') {
    for (const key of ['connectionStringFile', ...ownCredentials] as const)
      if (written[key] !== undefined) refuse([key], 'is only for mode: service')
    if (written.endpoint === undefined) refuse(['endpoint'], 'is missing: give the resource')
    return
  }
  if (written.connectionStringFile !== undefined) {
    for (const key of ownCredentials) refuse([key], 'is not needed with a connectionStringFile')
    return
  }
  if (ownCredentials.length === 0)
    return refuse(['connectionStringFile'], 'is missing: give it, or tenantId, clientId and clientSecretFile')
  for (const key of ['endpoint', ...secret] as const)
    if (written[key] === undefined) refuse([key], 'is missing: there is no connectionStringFile')
}
