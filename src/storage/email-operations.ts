// The part of the storage port that knows what was asked for over HTTP: each accepted message under the id of its operation, so that the
// one who sent it can ask what became of it, and the request that brought it, so that the same request again finds the first one. A row
// comes with its message, in one transaction (see `Spool.enqueue`); what became of the message is read from the message.
// Azure: data-plane reference §2.8, §2.9.

export type NewEmailOperation = {
  /** A GUID in lower case, unique for its resource. */
  readonly operationId: string
  /**
   * What makes a request the same again; unique for its resource. The operation id itself where the client chose that; else text that no
   * id is.
   */
  readonly requestKey: string
  /** Digest of the body, in base64. */
  readonly fingerprint: string
  /** A request of before this moment, in milliseconds since the epoch, is not the same again; an operation id always is. */
  readonly repeatsSince: number
}

export type EmailOperation = {
  readonly operationId: string
  readonly queueId: string
  readonly fingerprint: string
  readonly createdAt: number
}

/** What a request that was made over HTTP says besides the mail. */
export type EmailRequest = { readonly operation: NewEmailOperation; readonly engagementTrackingDisabled: boolean }

export interface EmailOperationReader {
  /** The messages that have it on some communication service of the tenant, for each of which it is unique; at most twenty. */
  listByOperation(tenantId: string, operationId: string): Promise<readonly string[]>
  findOperation(resourceId: string, operationId: string): Promise<EmailOperation | undefined>
  /** The operation that stands in the way of a new one, because it is the same. */
  findRepeated(resourceId: string, operation: NewEmailOperation): Promise<EmailOperation | undefined>
}
