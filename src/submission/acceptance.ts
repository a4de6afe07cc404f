// What is kept with a message of why it was accepted. It only sums up what the walk has found; nothing is asked again.

import type { SendDecision } from '../access/access.ts'
import type { Mailbox } from '../smtp/events.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import { type Acceptance, boundedAcceptance, type Grant } from '../spool/acceptance.ts'
import type { HookFinding } from './content-hook.ts'
import type { Sender } from './sender.ts'

/** Assignments that are named; there may be many more that give the same right. */
const NAMED_ROLES = 2

export function grantOf({ via = 'actions', decisions }: SendDecision, principalId: string): Grant {
  const granting = decisions.flatMap(({ considered }) => considered.filter(({ verdict }) => verdict === 'granted'))
  const each = new Map(granting.map((one) => [one.assignmentName, one]))
  const roles = [...each.values()].slice(0, NAMED_ROLES).map(({ roleName, scope, principalId: holder }) => ({
    role: roleName,
    scope,
    ...(holder !== principalId && { group: holder }),
  }))
  return { via, roles }
}

export function acceptanceOf(
  { peer, login, verdict }: Sender,
  {
    named,
    reversePath,
    finding,
  }: { readonly named: Mailbox | undefined; readonly reversePath: Mailbox; readonly finding?: HookFinding | undefined },
): Acceptance {
  return boundedAcceptance({
    listener: peer.listener,
    ...(peer.tls !== undefined && { tls: peer.tls }),
    username: verdict.username,
    ...(login && { login }),
    ...(verdict.grant && { grant: verdict.grant }),
    ...(named !== reversePath && { replaced: named === undefined ? '<>' : formatMailbox(named) }),
    ...(finding && {
      contentCheck: { type: finding.type === 'unavailable' ? 'unavailable' : 'accepted', detail: finding.detail },
    }),
  })
}
