// The destination part of the storage port: how fast each destination may be sent to, shared by all nodes. A destination is whatever
// takes connections as one: the domain of the recipients for `mx`, the name of the transport for the others.
// Nodes take permits for some seconds at a time, so that a message costs no transaction here, and permits of a dead node lapse.

export type DestinationState = {
  readonly destination: string
  /** Connections that all nodes together may have: grows while deliveries succeed, halves when they fail. */
  readonly window: number
  /** Of them, those that nodes have taken. */
  readonly permits: number
  /** Failures in a row. */
  readonly failures: number
  /** No attempt before this moment; 0 when there is no reason to wait. */
  readonly pausedUntil: number
  readonly lastReply: string
  readonly updatedAt: number
}

export type DestinationLimits = {
  /** The window of a destination that nothing is known about. */
  readonly initial: number
  readonly most: number
  /** Messages; without it as many as there are. */
  readonly perMinute?: number
}

/** What one node has to tell of a destination, and what it asks for. */
export type PermitRequest = {
  readonly destination: string
  readonly limits: DestinationLimits
  /** Attempts under way, which count as taken whatever is granted. */
  readonly inUse: number
  /** Those and the ones that wait; 0 gives everything back. */
  readonly wanted: number
  /** Messages that want to begin; counts only where there is a rate. */
  readonly messages: number
  /** What came of attempts since the last time. `reply`: of the last failure, in printable ASCII, at most 500 characters. */
  readonly successes: number
  readonly failures: number
  readonly reply: string
}

export type PermitGrant = {
  /** Connections that the node may have; what was in use beyond is to end, and nothing new to begin. */
  readonly granted: number
  readonly messages: number
  readonly window: number
  /** Grants are made in spite of a pause: it is the node's to keep. */
  readonly pausedUntil: number
  /** When to ask again, if something was wanted and not granted. */
  readonly askAgainAt: number
}

export type PermitExchange = {
  readonly node: string
  readonly at: number
  /** When the permits lapse. */
  readonly until: number
  /** How long a destination pauses after failures in a row: `first`, then twice as long each time. `jitter` is from 0 up to 1. */
  readonly backOff: { readonly first: number; readonly most: number; readonly jitter: number }
  /** Each destination once. */
  readonly requests: readonly PermitRequest[]
}

export interface DestinationReader {
  /** Those with failures or permits in use, the most troubled first. */
  listDestinations(query: { readonly at: number; readonly limit: number }): Promise<readonly DestinationState[]>
}

export interface DestinationWriter {
  /** In the order of the requests. All that nodes are granted of a destination is at no time more than its window. */
  exchangePermits(exchange: PermitExchange): Promise<readonly PermitGrant[]>
}
