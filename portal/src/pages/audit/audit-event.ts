// A line of the audit log as the API tells it.

export type AuditEvent = {
  readonly name: string
  readonly properties: {
    readonly at: string
    readonly principalId: string
    readonly operation: string
    readonly target: string
    readonly requestId: string
    readonly correlationId: string | null
    readonly before: unknown
    readonly after: unknown
  }
}
