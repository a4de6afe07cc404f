// The right to send through a communication service: either every required control action, or the one data action that means nothing
// else, on the service's own scope chain. One rule for SMTP and for REST. Who asks has made sure that the facts are of the tenant that
// the service belongs to.
// Azure: has no data action; the three control actions are those of its newer instructions. `EmailServices/write` is asked on the
// communication service, not on the email service, which is another resource and may lie in another resource group.

import type { AccessFacts, SendDecision } from './access.ts'
import { decideAction, narrowToScope } from './check-access.ts'
import { MAIL_DATA_ACTIONS } from './operations.ts'

export const DEFAULT_REQUIRED_ACTIONS: readonly string[] = [
  'Microsoft.Communication/CommunicationServices/Read',
  'Microsoft.Communication/CommunicationServices/Write',
  'Microsoft.Communication/EmailServices/write',
]

export const SEND_DATA_ACTION = MAIL_DATA_ACTIONS.sendMessages

/** An empty `requiredActions` leaves only the data action: it never means that everyone may send. */
export function checkSend(facts: AccessFacts, scope: string, requiredActions: readonly string[]): SendDecision {
  const scoped = narrowToScope(facts, scope)
  const decisions = requiredActions.map((action) => decideAction(scoped, action, 'control'))
  const missingActions = decisions.filter(({ allowed }) => !allowed).map(({ action }) => action)
  const dataAction = SEND_DATA_ACTION
  if (decisions.length > 0 && missingActions.length === 0)
    return { allowed: true, via: 'actions', missingActions, dataAction, decisions }
  const byDataAction = decideAction(scoped, dataAction, 'data')
  const answer = { missingActions, dataAction, decisions: [...decisions, byDataAction] }
  return byDataAction.allowed ? { allowed: true, via: 'dataAction', ...answer } : { allowed: false, ...answer }
}
