// What is counted. Each thread counts for itself and hands out snapshots; whoever answers `/metrics` adds the snapshots of all threads
// together. Labels hold only words of ours, never anything a client chose, so the number of series is bounded; where they name a tenant
// or an application, only so many are told.

import {
  AggregatorRegistry,
  Counter,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client'

export type MetricSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[]

/** Counters of one thread. */
export type Metrics = {
  readonly sessions: Counter<'listener'>
  /** `outcome`: authenticated, rejected or unavailable; `reason` is empty unless rejected. */
  readonly authentications: Counter<'outcome' | 'reason'>
  /** Logins that waited before they were looked at; `cause`: source, username, tenant or store. */
  readonly loginsDelayed: Counter<'cause'>
  readonly messagesAccepted: Counter
  /** Replies of 400 and above. */
  readonly refusals: Counter<'code' | 'enhanced_status_code'>
  /** `finding`: accepted, refused, deferred or unavailable. */
  readonly contentChecks: Counter<'finding'>
  /** Decision traces given up under load. */
  readonly decisionsShed: Counter
  /** Per recipient; `status` is that of `RecipientOutcome`. */
  readonly dispatchOutcomes: Counter<'transport' | 'status'>
  readonly ambiguousDeliveries: Counter<'transport'>
  /** Attempts that hold a permit at this moment. */
  readonly deliveriesUnderWay: Gauge<'transport'>
  /** Once in the installation for each warning about a credential. */
  readonly credentialWarnings: Counter<'type' | 'days'>
  /** Once in the installation for each change of a domain's records that the watch finds. */
  readonly domainNotices: Counter<'type'>
  /** `outcome`: delivered, pending (to be tried again) or dead. */
  readonly webhookAttempts: Counter<'outcome'>
  /** Until the first credential of an application ends; the nearest applications only. */
  readonly credentialExpiry: Gauge<'tenant' | 'application'>
  /** Plain data, fit for a message port. */
  snapshot(): Promise<MetricSnapshot>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `postern_${name}_total`, help, labelNames, registers: [registry] })
  return {
    sessions: counter('sessions', 'SMTP sessions begun.', ['listener']),
    authentications: counter('authentications', 'Logins by outcome.', ['outcome', 'reason']),
    loginsDelayed: counter('login_delayed', 'Logins that waited before they were looked at, after failures.', [
      'cause',
    ]),
    messagesAccepted: counter('messages_accepted', 'Messages answered with 250.', []),
    refusals: counter('refusals', 'Negative SMTP replies by code.', ['code', 'enhanced_status_code']),
    contentChecks: counter('content_checks', 'Findings of the content hook.', ['finding']),
    decisionsShed: counter('decisions_shed', 'Decision traces given up under load.', []),
    dispatchOutcomes: counter('dispatch_outcomes', 'Delivery attempts by recipient.', ['transport', 'status']),
    ambiguousDeliveries: counter(
      'ambiguous_deliveries',
      'Recipients of messages sent whole that nobody answered: a retry may make a copy.',
      ['transport'],
    ),
    deliveriesUnderWay: new Gauge({
      name: 'postern_deliveries_under_way',
      help: 'Delivery attempts under way.',
      labelNames: ['transport'],
      registers: [registry],
    }),
    credentialWarnings: counter('credential_warnings', 'Warnings about credentials.', ['type', 'days']),
    domainNotices: counter('domain_notices', 'DNS records of domains that were lost, found again or changed.', [
      'type',
    ]),
    webhookAttempts: counter('webhook_attempts', 'Attempts to tell a receiver of an event.', ['outcome']),
    credentialExpiry: new Gauge({
      name: 'postern_credential_expiry_seconds',
      help: 'Seconds until the first valid credential of an application ends, for the nearest ones.',
      labelNames: ['tenant', 'application'],
      registers: [registry],
    }),
    snapshot: () => registry.getMetricsAsJSON(),
  }
}

/** The snapshots of all threads added up, in the Prometheus text format. */
export function mergeMetrics(snapshots: readonly MetricSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics()
}
