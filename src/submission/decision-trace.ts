// Why something was refused, as the operator reads it. The client sees a reply and a reference; this is what the reference leads to.
// It never holds a secret: not the password, and not a username that fits no form (people paste secrets there), only its shape.

import type { AssignmentTrace } from '../access/access.ts'

export type TraceStepName =
  | 'command'
  | 'response'
  | 'limits'
  | 'username'
  | 'resource'
  | 'tenant'
  | 'credential'
  | 'access'
  | 'sender'
  | 'recipient'
  | 'quota'
  | 'content'
  | 'upstream'
  | 'store'
  | 'fault'

/** One step of the walk in the order it was taken. Steps after the failed one are absent. */
export type TraceStep = { readonly step: TraceStepName; readonly passed: boolean; readonly detail: string }

/** What access control looked at, kept when the access step was reached. */
export type AccessTrace = {
  readonly scope: string
  readonly requiredActions: readonly string[]
  /** Every required action that no role grants. */
  readonly missingActions: readonly string[]
  /** The data action that would do instead of all of them. */
  readonly dataAction: string
  /** Every assignment of the principal and its groups that was considered, once for each role and scope. */
  readonly assignments: readonly AssignmentTrace[]
  readonly deniedBy?: string
}

/**
 * What to do about it: the first thing that would help. `command` is ready to paste into a shell. `setting` is what the sending program
 * or device must be given instead, where nothing on our side is wrong.
 */
export type Suggestion = {
  readonly text: string
  readonly command?: string
  readonly setting?: { readonly name: SettingName; readonly value: string }
}

/** What there is to set on a device: `tls` is `starttls` or `implicit`, `tlsVersion` the oldest that it must have. */
export type SettingName =
  | 'server'
  | 'port'
  | 'tls'
  | 'tlsVersion'
  | 'trustedCa'
  | 'mechanism'
  | 'username'
  | 'authorizationIdentity'
  | 'password'
  | 'sender'
  | 'recipientsPerMessage'
  | 'messageSize'
  | 'lineEnds'

export type DecisionTrace = {
  /** The command that was refused. */
  readonly stage: 'AUTH' | 'MAIL' | 'RCPT' | 'DATA'
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly outcome: 'rejected' | 'unavailable'
  /** A RejectReason for logins and lost access, or `sender-…`, `recipient-…`, `content-…`, `limit-…` for the rest. */
  readonly reason: string
  /** The reply as it was sent, without its reference. */
  readonly reply: string
  readonly client: { readonly address: string; readonly name: string }
  readonly listener: string
  readonly mechanism?: string
  /** As given, when it has one of the known forms or is a stored SMTP username; else only its shape. */
  readonly username?: string
  readonly tenantId?: string
  readonly resourceId?: string
  readonly applicationId?: string
  readonly principalId?: string
  /** The address that may not stand as the sender, bounded. */
  readonly sender?: string
  /** Of the message, where somebody else knows it by that. */
  readonly queueId?: string
  readonly steps: readonly TraceStep[]
  readonly access?: AccessTrace
  readonly suggestions: readonly Suggestion[]
}
