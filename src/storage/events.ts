// The events part of the storage port: what happened that somebody may want to hear of, kept until it is too old. It has the members of
// a CloudEvent (CloudEvents 1.0 §3.1) and belongs to one tenant. No event moves an epoch.

export type StoredEvent = {
  /** UUIDv7, so events are in the order of their ids. */
  readonly eventId: string
  readonly tenantId: string
  /** What it happened in, and to what there. */
  readonly source: string
  readonly subject: string
  readonly type: string
  readonly at: number
  readonly data: Readonly<Record<string, unknown>>
}

/** `once`: only the first event with this mark in its tenant is stored, until the mark is forgotten. */
export type NewEvent = StoredEvent & { readonly once?: { readonly mark: string; readonly until: number } }

export interface EventReader {
  /** Newest first; `before` is an id to page on from. */
  listEvents(query: {
    readonly tenantId: string
    readonly type?: string
    /** Without regard to case. */
    readonly source?: string
    /** The first moment, and the first that is too late. */
    readonly since?: number
    readonly until?: number
    readonly limit: number
    readonly before?: string
  }): Promise<readonly StoredEvent[]>
}

export interface EventWriter {
  /** The ids of those that were stored. */
  appendEvents(events: readonly NewEvent[]): Promise<readonly string[]>
}
