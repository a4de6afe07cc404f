// What is counted. Each thread counts for itself and hands out snapshots; whoever answers `/metrics` adds the snapshots of all threads
// together. Labels hold only words of ours, never anything a client chose, so the number of series is bounded.

import { AggregatorRegistry, Counter, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client'

export type MetricSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[]

/** Counters of one thread. */
export type Metrics = {
  readonly sessions: Counter<'listener'>
  /** `outcome`: authenticated, rejected or unavailable; `reason` is empty unless rejected. */
  readonly authentications: Counter<'outcome' | 'reason'>
  readonly messagesAccepted: Counter
  /** Replies of 400 and above. */
  readonly refusals: Counter<'code' | 'enhanced_status_code'>
  /** Decision traces given up under load. */
  readonly decisionsShed: Counter
  /** Per recipient; `status` is that of `RecipientOutcome`. */
  readonly dispatchOutcomes: Counter<'transport' | 'status'>
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
    messagesAccepted: counter('messages_accepted', 'Messages answered with 250.', []),
    refusals: counter('refusals', 'Negative SMTP replies by code.', ['code', 'enhanced_status_code']),
    decisionsShed: counter('decisions_shed', 'Decision traces given up under load.', []),
    dispatchOutcomes: counter('dispatch_outcomes', 'Delivery attempts by recipient.', ['transport', 'status']),
    snapshot: () => registry.getMetricsAsJSON(),
  }
}

/** The snapshots of all threads added up, in the Prometheus text format. */
export function mergeMetrics(snapshots: readonly MetricSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics()
}
