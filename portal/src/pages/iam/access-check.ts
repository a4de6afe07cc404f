// What the API decides for any principal on a scope, and why.

import type { AssignmentVerdict } from '../../../../src/access/access.ts'
import type { PrincipalKind } from '../../parts/principals.ts'

type Considered = {
  readonly assignmentName: string
  readonly scope: string
  readonly roleName: string
  readonly principalId: string
  readonly verdict: AssignmentVerdict
}

export type AccessDecision = {
  readonly allowed: boolean
  readonly action: string
  readonly kind: 'control' | 'data'
  readonly considered: readonly Considered[]
  /** Name of the deny assignment. */
  readonly deniedBy?: string
}

export type AccessCheck = {
  readonly allowed: boolean
  readonly principalId: string
  readonly principalType: PrincipalKind
  readonly groupIds: readonly string[]
  readonly scope: string
  readonly send?: {
    readonly via?: 'actions' | 'dataAction'
    readonly missingActions: readonly string[]
    readonly dataAction: string
  }
  readonly decisions: readonly AccessDecision[]
}

/** Without an action: may the principal send? */
export type AccessQuestion = {
  readonly principalId: string
  readonly principalType?: PrincipalKind
  readonly action?: string
  readonly kind?: 'control' | 'data'
  /** Role assignments that are taken for gone. */
  readonly without?: readonly string[]
}
