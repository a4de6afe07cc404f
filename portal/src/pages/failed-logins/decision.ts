// A refusal as the API tells of it, and who waits after many of them.

import type { Right } from '../../api/rights.ts'

export const DECISIONS = '/providers/Postern.Mail/decisions'
export const LOGIN_LIMITS = '/providers/Postern.Mail/loginLimits'

export const CLEAR_LIMITS: Right = { action: 'Postern.Mail/loginLimits/clear/action' }

export const STAGES = ['AUTH', 'MAIL', 'RCPT', 'DATA'] as const
export type Stage = (typeof STAGES)[number]

/** Some members are missing from what was kept long ago. */
export type DecisionSummary = {
  readonly reference: string
  readonly at: string
  readonly attempts: number
  readonly stage?: Stage
  readonly outcome?: 'rejected' | 'unavailable'
  readonly reason?: string
  readonly reply?: string
  readonly client?: { readonly address: string; readonly name: string }
  readonly listener?: string
  readonly mechanism?: string
  readonly username?: string
  readonly tenantId?: string
  readonly resourceId?: string
  readonly applicationId?: string
  readonly principalId?: string
  readonly sender?: string
  readonly queueId?: string
}

export type Step = { readonly step: string; readonly passed: boolean; readonly detail: string }
export type Access = {
  readonly scope: string
  readonly requiredActions?: readonly string[]
  readonly missingActions: readonly string[]
  readonly dataAction: string
  readonly assignments: readonly AssignmentTrace[]
  readonly deniedBy?: string
}
export type AssignmentTrace = {
  readonly assignmentName: string
  readonly scope: string
  readonly roleName: string
  readonly principalId: string
  readonly verdict: string
}
export type Suggestion = {
  readonly text: string
  readonly command?: string
  readonly setting?: { readonly name: string; readonly value: string }
}

export type Trace = Omit<DecisionSummary, 'reference' | 'at' | 'attempts'> & {
  readonly steps?: readonly Step[]
  readonly access?: Access
  readonly suggestions?: readonly Suggestion[]
}
export type Decision = { readonly reference: string; readonly at: string; readonly trace: Trace }

export type LoginLimit = {
  /** `token`: a network, as the token service counts it. */
  readonly kind: 'source' | 'username' | 'tenant' | 'token'
  readonly subject: string | null
  readonly tenantId: string | null
  readonly attempts: number
  readonly since: string
  readonly lastAt: string
  readonly until: string
  /** Seconds. */
  readonly wait: number
  readonly turnedAway: boolean
}

export const addressOfRefusal = (reference: string): string => `/failed-logins/${encodeURIComponent(reference)}`

/** As people type it, with the brackets of the reply around it, or read out in groups. */
export const readReference = (typed: string): string => typed.replaceAll(/[\s[\]-]/g, '').toUpperCase()

export const isReference = (text: string): boolean => /^[0-9A-Z]{10}$/.test(text)
