// What every change of directory, resources or roles does besides its own work, in the same transaction: the tenant's epoch moves,
// so that verdicts judged under the old one are judged again, and the audit log gains a line with what was there before and what is
// there now. The log is only ever appended to; retention alone takes from its end. It holds no secret: octets and the members of the
// names below are left out whatever a writer hands in.

import type { Change } from '../storage.ts'
import { run, type Sql } from './sql.ts'

/** What changed, as it is read by the port: `before` is absent when it was created, `after` when it is gone. */
export type ChangedStates = { readonly before?: object | undefined; readonly after?: object | undefined }

/**
 * To be called once for everything that changed, also for each thing that goes with another (what is below a deleted resource):
 * `target` is the ARM id where there is one, else the object id in the directory. `states` are plain objects as the readers give them.
 * Throws when there is no such tenant: nothing may be changed outside of one.
 */
export function* recordChange(
  change: Change,
  tenantId: string,
  operation: string,
  target: string,
  states: ChangedStates = {},
): Sql<void> {
  const bumped = yield* run('UPDATE tenants SET epoch = epoch + 1 WHERE tenant_id = ?', tenantId)
  if (bumped !== 1) throw new Error(`a change names a tenant that does not exist: ${tenantId}`)
  yield* appendAudit(change, tenantId, operation, target, states)
}

/** A line alone, for what no verdict rests on. */
export function* appendAudit(
  change: Change,
  tenantId: string,
  operation: string,
  target: string,
  states: ChangedStates = {},
): Sql<void> {
  yield* run(
    `INSERT INTO audit (tenant_id, at, ordinal, principal_id, request_id, correlation_id, operation, target, target_key,
         state_before, state_after)
       SELECT ?, ?, COALESCE(MAX(ordinal), -1) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM audit WHERE tenant_id = ? AND at = ?`,
    tenantId,
    change.at,
    change.principalId,
    change.requestId,
    change.correlationId ?? null,
    operation,
    target,
    target.toLowerCase(),
    stateText(states.before),
    stateText(states.after),
    tenantId,
    change.at,
  )
}

const SECRETS: ReadonlySet<string> = new Set([
  'hash',
  'secrettext',
  'clientsecret',
  'secret',
  'password',
  'accesskey',
  'primarykey',
  'secondarykey',
  'privatekey',
  'connectionstring',
  'primaryconnectionstring',
  'secondaryconnectionstring',
  'sealed',
])

function stateText(state: object | undefined): string | null {
  if (state === undefined) return null
  return JSON.stringify(state, leaveOutSecrets)
}

/** Called with the object that holds the value, since octets have turned themselves into something else by then. */
function leaveOutSecrets(this: Record<string, unknown>, name: string, value: unknown): unknown {
  return SECRETS.has(name.toLowerCase()) || ArrayBuffer.isView(this[name]) ? undefined : value
}
