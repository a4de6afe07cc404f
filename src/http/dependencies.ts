// What the HTTPS side is given by the wiring. It opens no store, reads no configuration and asks no clock of its own.

import type { Clock } from '../config/clock.ts'
import type { ContentRef } from '../content/content.ts'
import type { DnsResolver } from '../dns/dns.ts'
import type { EngagementLinks } from '../engagement/engagement-links.ts'
import type { EngagementRecorder } from '../engagement/engagement-recorder.ts'
import type { WebhookLine } from '../events/webhook-line.ts'
import type { DomainSettings } from '../domains/domain-properties.ts'
import type { RandomOctets } from '../identity/client-secret.ts'
import type { CredentialUses } from '../identity/credential-uses.ts'
import type { AssertionProver, IdentityProvider } from '../identity/identity.ts'
import type { ProviderDirectory, ProviderSettings } from '../identity/provider-settings.ts'
import type { ProviderSignIn } from '../identity/provider-sign-in.ts'
import type { AccessKeys } from '../keys/access-keys.ts'
import type { Sealer } from '../keys/sealing.ts'
import type { QuotaDefaults } from '../quota/quotas.ts'
import type { ConcludeDeletion } from '../spool/operator-deletion.ts'
import type { Storage } from '../storage/storage.ts'
import type { FindFaults } from '../submission/faults.ts'
import type { SubmissionService } from '../submission/submission.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Where mail clients connect: what the device sheet shows. */
export type SmtpAddress = {
  readonly host: string
  /** STARTTLS; stands for 587. */
  readonly port: number
  readonly implicitTlsPort: number
  /** STARTTLS; stands for 25. */
  readonly port25: number
}

export type Readiness = { readonly ready: boolean; readonly waitingFor: readonly string[] }

export type HttpDependencies = {
  readonly storage: Storage
  readonly provider: IdentityProvider
  /** Who proves the logins of a tenant, as the configuration file says; undefined for the embedded directory. */
  readonly configuredProviders: ReadonlyMap<string, ProviderSettings | undefined>
  /** Who proves the people of a tenant, and how: from the configuration file or the store. */
  readonly providers: ProviderDirectory
  readonly providerSignIn: Pick<ProviderSignIn, 'begin' | 'finish'>
  /** Certificates and federated credentials. */
  readonly assertions: AssertionProver
  readonly uses: Pick<CredentialUses, 'mark'>
  /** Absent where nobody may ask for faults. */
  readonly findFaults?: FindFaults
  readonly sealer: Sealer
  /** Key of the client-secret hashes. */
  readonly pepper: Uint8Array
  readonly clock: Clock
  readonly random: RandomOctets
  /** Base of every absolute link, issuer and of our own token audience; known once the port is. */
  readonly publicUrl: () => string
  /** Directory with the portal's files, which may not be there yet. */
  readonly portalFiles: string
  readonly readiness: () => Readiness
  readonly smtp: () => SmtpAddress
  /** Throws when the reference leads nowhere. */
  readonly openContent: (ref: ContentRef) => AsyncIterable<Uint8Array>
  /** What deleting a queued message tells its sender and whoever listens. */
  readonly concludeDeletion: ConcludeDeletion
  /** Prometheus text exposition. */
  readonly metrics: () => Promise<string>
  readonly logger: Logger
  /** Where records of domains are looked up. */
  readonly dns: DnsResolver
  /** By which endpoints are asked whether they want events. */
  readonly webhooks: Pick<WebhookLine, 'send'>
  readonly engagementLinks: EngagementLinks
  /** Told when a recipient opened a message or followed a link. */
  readonly engagements: Pick<EngagementRecorder, 'note'>
  /** What the records of new domains say. */
  readonly domains: DomainSettings
  /** The endpoint of a communication service is `<name>.<this>`. */
  readonly dataPlaneSuffix: string
  /** Name of the communication service that every other host stands for. */
  readonly defaultResource: () => string | undefined
  /** The walk of a message, which the data plane joins. */
  readonly submission: SubmissionService
  readonly accessKeys: AccessKeys
  /** Of the configuration: what holds where no quota is set. */
  readonly quotaDefaults?: QuotaDefaults
  /** Control actions that together give the right to send. */
  readonly requiredActions: readonly string[]
  /** Of the configuration; what device passwords may be bound to. */
  readonly networkNames?: readonly string[]
  /** `azure`: writes answer with the address of an operation that is polled. */
  readonly compatibility: 'none' | 'azure'
}
