// The upstream part of the storage port: under which id each message was given to an upstream that tells copies apart by such an id, and
// how fast all nodes together may ask. The id is stored before the call, so that whoever calls again, after a kill or a lost answer,
// calls under the same one. No operation moves an epoch.

/**
 * How it stood before it was begun this time. `new`: nobody has called under this id. `begun`: somebody may have, and what came of it is
 * not known. `refused`: whoever called was refused, so the upstream does not have it. `accepted`: the upstream has it.
 */
export type UpstreamStanding = 'new' | 'begun' | 'refused' | 'accepted'

export type UpstreamOperation = {
  /** A UUID. */
  readonly operationId: string
  /** Places in the envelope. What is sent under the id goes to exactly these, however often it is sent. */
  readonly recipients: readonly number[]
  readonly standing: UpstreamStanding
  /** When the id was made; of an accepted one, when it was accepted. */
  readonly since: number
  /** Of an accepted one: what the upstream's client needs to ask what became of it; empty when it cannot be asked. */
  readonly resume: string
}

export type OperationRequest = {
  readonly transport: string
  readonly tenantId: string
  readonly queueId: string
  readonly recipients: readonly number[]
  /** Recipients of one operation. */
  readonly most: number
  readonly at: number
  /** New UUIDs, as many as there are recipients over `most`, rounded up. */
  readonly operationIds: readonly string[]
  /**
   * What makes a message the same when it is submitted again: an operation begun with the same one after `since` is taken over, for this
   * queue id.
   */
  readonly again?: { readonly fingerprint: string; readonly since: number }
}

export type UpstreamResult = {
  readonly operationId: string
  readonly standing: 'refused' | 'accepted'
  readonly at: number
  readonly resume?: string
}

export interface UpstreamOperationReader {
  /** Of one message, by when they were made. */
  listOperations(transport: string, queueId: string): Promise<readonly UpstreamOperation[]>
}

export interface UpstreamOperationWriter {
  /**
   * Every operation that these recipients are in; those in none get new ones. From now on each that is not accepted counts as begun.
   * Called twice it gives the same ids.
   */
  beginOperations(request: OperationRequest): Promise<readonly UpstreamOperation[]>
  /** What came of a call for certain; where that is not known, nothing is recorded. */
  recordOperation(result: UpstreamResult): Promise<void>
  /**
   * Leave for `wanted` requests, one each `interval` milliseconds over all nodes. `granted` of them now; ask for more at `askAgainAt`.
   */
  takeRequests(request: {
    readonly transport: string
    readonly at: number
    readonly wanted: number
    readonly interval: number
  }): Promise<{ readonly granted: number; readonly askAgainAt: number; readonly paused: boolean }>
  /** Nobody asks before this moment. */
  pauseRequests(transport: string, until: number): Promise<void>
}
