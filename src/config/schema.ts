// The configuration as one schema: what it parses is what it documents, so the two cannot drift apart. Every key has a description, a
// range and, unless it must be given, a default. It reads no file and resolves no path; `load-config.ts` and `parse-config.ts` do.

import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { DEFAULT_LISTENERS, HTTPS_CONNECTIONS, MANAGED_SUFFIX } from './defaults.ts'
import { type DeliveryConfig, deliverySchema, refuseUnusableDelivery } from './delivery-schema.ts'
import { tenantSchema } from './identity-provider-schema.ts'
import { listenerSchema, namedNetworkSchema, refuseUnboundListeners } from './listener-schema.ts'
import { quotaSchema } from './quota-schema.ts'
import * as field from './schema-fields.ts'

/** From the most talkative to the least. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const certificate = field.entry({
  certificateFile: field
    .filePath('/etc/postern/tls/fullchain.pem')
    .describe('Certificate in PEM form, the server first, then its chain.'),
  keyFile: field
    .filePath('/etc/postern/tls/privkey.pem')
    .describe('Its private key in PEM form, unencrypted, mode 0600 or 0640.'),
})

const smtp = field.section({
  workers: field
    .count(1, 256, '4')
    .optional()
    .transform((workers) => workers ?? availableParallelism())
    .describe('Threads that serve SMTP. Default: one per core.'),
  listeners: field.listOf(listenerSchema, 1).prefault(DEFAULT_LISTENERS).describe('Where mail is accepted.'),
  connections: field
    .section({
      perAddress: field.count(1, 100_000).prefault(50).describe('Open at once from one address (IPv6: from one /64).'),
      total: field.count(1, 1_000_000).prefault(15_000).describe('Open at once in all.'),
    })
    .describe('Connections beyond these are told 421 and closed before TLS.'),
})

const limits = field.section({
  recipients: field.count(1, 1000).prefault(100).describe('Recipients of one message; one more is told 452 4.5.3.'),
  size: field
    .size('1KiB', '1GiB')
    .prefault('25MiB')
    .describe('One message, header included; larger is told 552 5.3.4.'),
  idle: field.duration('10s', '1h').prefault('300s').describe('Silence between commands before 421 4.4.2.'),
  idleBeforeAuthentication: field
    .duration('5s', '1h')
    .prefault('60s')
    .describe('The same, before the client signed in.'),
  handshake: field.duration('1s', '2m').prefault('15s').describe('A whole TLS handshake.'),
  contentStall: field.duration('10s', '1h').prefault('180s').describe('Silence in the middle of a message.'),
  sessionAge: field.duration('1m', '1d').prefault('1h').describe('A session; it ends after the reply it is at.'),
  messagesPerSession: field.count(1, 1_000_000).prefault(1000).describe('Messages over one connection.'),
  received: field.count(10, 1000).prefault(100).describe('Received fields that prove a mail loop: 554 5.4.6.'),
})

const retention = field.section({
  messages: field.duration('1h', '3650d').prefault('30d').describe('Metadata and timeline of finished messages.'),
  captures: field
    .section({
      count: field.count(1, 10_000_000).prefault(10_000).describe('Captured messages kept, newest first.'),
      size: field.size('1MiB', '1000GiB').prefault('1GiB').describe('Captured octets kept, newest first.'),
    })
    .describe('The capture inbox.'),
  decisions: field
    .section({
      age: field.duration('1h', '3650d').prefault('30d').describe('Age at which a decision trace goes.'),
      count: field.count(100, 100_000_000).prefault(100_000).describe('Decision traces kept, newest first.'),
    })
    .describe('Why logins and messages were refused: what `postern explain` reads.'),
  audit: field.duration('1d', '3650d').prefault('365d').describe('Audit entries.'),
  events: field.duration('1d', '3650d').prefault('30d').describe('Events, such as warnings that a secret will end.'),
})

const keys = field.section({
  file: field
    .filePath('/etc/postern/installation.key')
    .optional()
    .describe('The installation key, mode 0600. Without it: POSTERN_KEY, or the systemd credential postern-key.'),
})

const postgres = field.entry({
  url: field
    .postgresUrl()
    .describe('The database; every node has the same. Of a cluster, the primary. sslmode and sslrootcert as in libpq.'),
  passwordFile: field
    .filePath('/etc/postern/postgres.password')
    .optional()
    .describe('Holds the password, so that it need not be in the URL. Mode 0600. Read anew for each connection.'),
  pooler: field
    .oneOf(['none', 'transaction'])
    .prefault('none')
    .describe('`transaction`: the URL leads to PgBouncer, or its like, in transaction mode.'),
  connections: field
    .count(8, 1000)
    .prefault(20)
    .describe("At most, of this node. All nodes together stay below the server's max_connections."),
  connectTimeout: field
    .duration('100ms', '1m')
    .prefault('5s')
    .describe('For a new connection, and for a free one when all are in use. Then mail is told 451.'),
  statementTimeout: field.duration('1s', '5m').prefault('15s').describe('For one statement.'),
})

const store = field.section({
  sqlite: field.section({}).describe('SQLite in the data directory: one node. It has no settings.'),
  postgres: postgres.optional().describe('PostgreSQL instead: as many nodes as are wanted.'),
})

export const configSchema = field
  .entry({
    dataDirectory: field
      .filePath('/var/lib/postern')
      .describe('Where the database and the messages are. Created with mode 0700 when it is missing.'),
    hostname: field.domainName('mail.example.com').describe('Our name in the SMTP greeting and in Received fields.'),
    publicUrl: field
      .httpsOrigin('https://mail.example.com/')
      .optional()
      .describe('How clients reach the HTTPS API. Without it: https://, the hostname, and the HTTPS port.'),
    keys: keys.describe('The one secret everything sealed in the database rests on.'),
    tls: field
      .section({
        certificates: field
          .listOf(certificate, 0)
          .prefault([])
          .describe(
            'At most one with an ECDSA and one with an RSA key. Empty: certificates of our own development CA.',
          ),
      })
      .describe('TLS 1.2 and 1.3, for SMTP and HTTPS alike. Changed files are taken up without a restart.'),
    networks: field
      .listOf(namedNetworkSchema, 0)
      .prefault([])
      .describe('Networks with a name, that listeners may be bound to.'),
    smtp: smtp.describe('The SMTP service.'),
    https: field
      .section({
        address: field.listenAddress().prefault('::').describe('Where it listens.'),
        port: field.port().prefault(443).describe('TCP port.'),
        connections: field
          .section({
            perAddress: field
              .count(1, 100_000)
              .prefault(HTTPS_CONNECTIONS.perAddress)
              .describe('Open at once from one address (IPv6: from one /64). Raise it for a reverse proxy in front.'),
            total: field.count(1, 100_000).prefault(HTTPS_CONNECTIONS.total).describe('Open at once in all.'),
          })
          .describe('Connections beyond these are closed before TLS.'),
      })
      .describe('Token service, management API and health.'),
    auth: field
      .section({
        rejectAfter: field
          .duration('100ms', '30s')
          .optional()
          .describe(
            'A refused login is answered exactly this long after it came, whatever the reason. Default: 1s; 3s where any tenant has a provider that is somewhere else.',
          ),
        failures: field
          .section({
            perSource: field
              .count(1, 100_000)
              .prefault(20)
              .describe(
                'From one address (IPv6: from one /64). Those far beyond are told 421. Raise it where a load balancer hides addresses.',
              ),
            perUsername: field.count(1, 100_000).prefault(20).describe('For one user name.'),
            perTenant: field.count(1, 100_000).prefault(500).describe('For all user names that name one tenant.'),
          })
          .describe(
            'Failed logins in ten minutes that cost nothing. Beyond, the next ones wait up to ten seconds, but never those from a network that signed in with the user name in the last 30 days.',
          ),
      })
      .describe('Signing in.'),
    tenants: field
      .listOf(tenantSchema, 0)
      .prefault([])
      .describe(
        'Who proves the logins of a tenant. One that is not listed has what the API says, else the embedded directory.',
      ),
    access: field
      .section({
        requiredActions: field
          .listOf(field.word(/^[A-Za-z0-9.]+(?:\/[A-Za-z0-9]+)+$/, 'an operation name without wildcards'), 1)
          .prefault([...DEFAULT_REQUIRED_ACTIONS])
          .describe('Control actions that together give the right to send.'),
      })
      .describe('Who may send.'),
    limits: limits.describe('What one session and one message may ask for.'),
    quotas: quotaSchema.describe(
      'What may be sent by whom no quota is set for (postern quota set): a set one takes the place of all of these. More is told 450 4.7.1. Default: as much as one likes.',
    ),
    retention: retention.describe('How long what is stored stays.'),
    domains: field
      .section({
        managedSuffix: field.domainName().prefault(MANAGED_SUFFIX).describe('Managed domains are <guid>.<this>.'),
        spfInclude: field
          .domainName()
          .prefault('spf.postern.test')
          .describe('A name whose SPF record permits our outgoing hosts; new domains are asked to include it.'),
        dkimRecords: field
          .oneOf(['txt', 'cname'])
          .prefault('txt')
          .describe(
            'What new domains are asked to publish for DKIM: the key itself, or a pointer to it in our own zone.',
          ),
        zone: field
          .domainName('dkim.example.com')
          .optional()
          .describe('Our zone that holds the keys which `cname` points to. Needed for it.'),
        recheck: field
          .duration('1m', '30d')
          .prefault('1h')
          .describe('How often the records of a verified domain are looked at again.'),
        lossGrace: field
          .duration('0s', '90d')
          .prefault('3d')
          .describe('How long a record may be missing before the domain no longer counts as verified.'),
        rotateDkim: field
          .duration('1d', '3650d', '180d')
          .optional()
          .describe('Age at which a DKIM key is replaced, of domains whose new record is there. Default: never.'),
      })
      .describe('Sender domains.'),
    dns: field
      .section({
        resolvers: field
          .listOf(field.dnsServer(), 0)
          .prefault([])
          .describe("DNS servers to ask, such as 192.0.2.53 or 127.0.0.1:5353. Empty: the machine's own."),
        validating: field
          .flag()
          .prefault(false)
          .describe(
            'Whether they check DNSSEC, and the way to them is safe from others: then what they call secure is taken for it.',
          ),
        timeout: field
          .duration('50ms', '30s')
          .prefault('1500ms')
          .describe('For the first try of a query; the next one gets twice as much.'),
      })
      .describe('Looking up records of domains.'),
    network: field
      .section({
        allowPrivate: field
          .listOf(field.network(), 0)
          .prefault([])
          .describe(
            'Private networks, such as 10.0.0.0/8, that may be reached where others name the address: mail exchangers, policies of theirs, token issuers of federated credentials.',
          ),
      })
      .describe('Connections that go out.'),
    dataPlane: field
      .section({
        suffix: field.domainName().prefault('comm.localhost').describe('The endpoint of a resource is <name>.<this>.'),
        defaultResource: field
          .word(/^[a-z0-9][a-z0-9-]{0,62}$/i, 'the name of a communication service')
          .optional()
          .describe('The communication service that every other host name stands for. Default: none, and 404.'),
      })
      .describe('The endpoints of communication services.'),
    compatibility: field
      .oneOf(['none', 'azure'])
      .prefault('none')
      .describe(
        '`azure`: what Azure does where we do otherwise: its login mechanisms and the words of a refusal, its limits of a message (50 recipients, 10 MiB) and kinds of attachments, how many messages a service and a managed domain may send, how late grants count (azure), and the long-running shape of management operations.',
      ),
    azure: field
      .section({
        grantDelay: field
          .duration('0s', '1h')
          .prefault('1m')
          .describe('How old a role assignment must be to count for sending. Removing one counts at once.'),
        usernameDelay: field
          .duration('0s', '1h')
          .prefault('90s')
          .describe('How old an SMTP username must be to sign in.'),
      })
      .describe('How late what is granted counts with `compatibility: azure`; without it, at once.'),
    emulation: field
      .flag()
      .prefault(false)
      .describe(
        'Whether faults may be asked for (postern fault set): for tests of programs that send, never where mail of others passes.',
      ),
    store: store.describe('What everything is stored in.'),
    shutdown: field
      .section({
        notice: field
          .duration('0s', '5m')
          .prefault('0s')
          .describe(
            'How long /health/ready says no before the listeners close, for a load balancer to look elsewhere.',
          ),
        patience: field
          .duration('1s', '5m')
          .prefault('10s')
          .describe('How long sessions, requests and deliveries may take to finish then.'),
      })
      .describe('What a stop waits for.'),
    delivery: deliverySchema.describe('Where accepted mail goes.'),
    log: field
      .section({
        level: field
          .oneOf(LOG_LEVELS)
          .prefault('info')
          .describe('The least severe line that is written. POSTERN_LOG_LEVEL overrides it.'),
      })
      .describe('JSON lines on standard error.'),
  })
  .superRefine(refuseClashes)
  .superRefine(refuseTwins)
  .superRefine(refuseUnboundListeners)
  .superRefine(refuseUnusableDelivery)
  .superRefine(({ domains }, context) => {
    if (domains.dkimRecords === 'txt' || domains.zone !== undefined) return
    context.addIssue({ code: 'custom', path: ['domains', 'zone'], message: 'is missing: dkimRecords is cname' })
  })

/** A configuration with every default filled in; durations in milliseconds, sizes in octets. */
export type Config = Omit<z.output<typeof configSchema>, 'delivery'> & { readonly delivery: DeliveryConfig }

/** Each tenant once. */
function refuseTwins(
  config: { readonly tenants: readonly { readonly tenantId: string }[] },
  context: z.core.$RefinementCtx,
): void {
  for (const [index, { tenantId }] of config.tenants.entries()) {
    const first = config.tenants.findIndex((tenant) => tenant.tenantId === tenantId)
    if (first < index)
      context.addIssue({
        code: 'custom',
        path: ['tenants', index, 'tenantId'],
        message: `is the same as tenants.${first}.tenantId`,
      })
  }
}

type Place = { readonly address: string; readonly port: number }
type Listening = {
  readonly smtp: { readonly listeners: readonly ({ readonly name: string } & Place)[] }
  readonly https: Place
}

/** Two listeners cannot share a name or a place. Port 0 is a different free port each time. */
function refuseClashes(config: Listening, context: z.core.$RefinementCtx): void {
  const holders = new Map<string, string>()
  const claim = (what: string, path: (string | number)[]): void => {
    const holder = holders.get(what)
    if (holder === undefined) holders.set(what, path.join('.'))
    else context.addIssue({ code: 'custom', path, message: `is the same as ${holder}` })
  }
  const claimPlace = ({ address, port }: Place, path: (string | number)[]): void => {
    if (port > 0) claim(`${address} ${port}`, [...path, 'port'])
  }
  config.smtp.listeners.forEach((listening, index) => {
    claim(listening.name, ['smtp', 'listeners', index, 'name'])
    claimPlace(listening, ['smtp', 'listeners', index])
  })
  claimPlace(config.https, ['https'])
}
