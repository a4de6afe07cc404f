// Every store passes this suite: the audit log tells who changed what from what to what, is found by scope, time, operation and
// principal, comes in pages, and never holds a secret.

import assert from 'node:assert/strict'
import type { RoleAssignment } from '../access/access.ts'
import { READER } from '../access/built-in-roles.ts'
import type { AuditEntry, AuditQuery } from './storage.ts'
import { A, AT, B, change, communicationService, type DirectoryStore, storeTests } from './two-tenants.fixture.ts'

const SUBSCRIPTION = `/subscriptions/${A.subscriptionId}`
const HOUR = 3_600_000

/** `open` gives an empty store. */
export function describeAudit(name: string, open: () => Promise<DirectoryStore>): void {
  const auditTest = storeTests(name, open)
  const assignment = (name: string, scope: string): RoleAssignment => ({
    name,
    scope,
    roleDefinitionName: READER.name,
    principalId: A.principalId,
    principalType: 'ServicePrincipal',
  })
  const put = ({ write }: DirectoryStore, at: number, name: string, scope: string, principalId = 'operator') =>
    write.roles.putRoleAssignment({ ...change(at), principalId }, A.tenantId, assignment(name, scope))
  const namesOf = (entries: readonly AuditEntry[]) => entries.map(({ target }) => target.split('/').at(-1))

  auditTest('a line says what was before and what is after, and by which request', async ({ read, write }) => {
    const by = (at: number) => ({ ...change(at), correlationId: `undertaking ${at - AT}` })
    const first = { ...assignment('one', A.resourceGroupId), description: 'first' }
    const second = { ...first, description: 'second' }
    await write.roles.putRoleAssignment(by(AT + 1), A.tenantId, first)
    await write.roles.putRoleAssignment(by(AT + 2), A.tenantId, second)
    await write.roles.deleteRoleAssignment(by(AT + 3), A.tenantId, 'one')
    const stamp = { createdAt: AT + 1, createdBy: 'operator', updatedAt: AT + 1, updatedBy: 'operator' }
    const [one, two] = [
      { ...first, stamp },
      { ...second, stamp: { ...stamp, updatedAt: AT + 2 } },
    ]
    const target = `${A.resourceGroupId}/providers/Microsoft.Authorization/roleAssignments/one`
    const line = (at: number, verb: string, states: object) => ({
      ...by(AT + at),
      ordinal: 0,
      tenantId: A.tenantId,
      operation: `Microsoft.Authorization/roleAssignments/${verb}`,
      target,
      ...states,
    })
    assert.deepEqual(await read.audit.listAudit(A.tenantId, 3), [
      line(3, 'delete', { before: two }),
      line(2, 'write', { before: one, after: two }),
      line(1, 'write', { after: one }),
    ])
  })

  auditTest('lines are found by scope, principal, operation and time', async (store) => {
    await put(store, AT + HOUR, 'root', '/')
    await put(store, AT + 2 * HOUR, 'subscription', SUBSCRIPTION, 'somebody')
    await put(store, AT + 3 * HOUR, 'group', A.resourceGroupId)
    await put(store, AT + 4 * HOUR, 'beside', `${A.resourceGroupId}-2`)
    await store.write.roles.deleteRoleAssignment(change(AT + 5 * HOUR), A.tenantId, 'group')
    const operation = 'microsoft.authorization/ROLEASSIGNMENTS/delete'
    const cases: readonly (readonly [AuditQuery, readonly string[]])[] = [
      [{ from: AT + HOUR }, ['group', 'beside', 'group', 'subscription', 'root']],
      [{ from: AT + HOUR, scope: '/' }, ['group', 'beside', 'group', 'subscription', 'root']],
      [{ from: AT + HOUR, scope: SUBSCRIPTION.toUpperCase() }, ['group', 'beside', 'group', 'subscription']],
      [{ from: AT + HOUR, scope: A.resourceGroupId }, ['group', 'group']],
      [{ from: AT + HOUR, scope: 'nonsense' }, []],
      [{ from: AT + HOUR, target: A.resourceGroupId.toUpperCase() }, ['group', 'group']],
      [{ from: AT + HOUR, target: A.resourceGroupId, scope: `${SUBSCRIPTION}/resourceGroups/other` }, []],
      [{ target: 'nonsense' }, []],
      [{ principalId: 'somebody' }, ['subscription']],
      [{ operation }, ['group']],
      [{ from: AT + 2 * HOUR, to: AT + 4 * HOUR }, ['group', 'subscription']],
      [{ operation, to: AT + 5 * HOUR }, []],
    ]
    for (const [query, expected] of cases)
      assert.deepEqual(
        namesOf(await store.read.audit.listAudit(A.tenantId, 100, query)),
        expected,
        JSON.stringify(query),
      )
    assert.deepEqual(await store.read.audit.listAudit(B.tenantId, 100, { from: AT + HOUR }), [])
  })

  auditTest('pages neither overlap nor leave out, within one millisecond too', async (store) => {
    for (const [index, at] of [1, 1, 1, 2, 2].entries())
      await put(store, AT + at, `n${index}`, `${A.resourceGroupId}-${index}`)
    const seen: (string | undefined)[] = []
    let before: AuditQuery['before']
    for (let page = 0; page < 3; page += 1) {
      const query: AuditQuery = before === undefined ? { from: AT + 1 } : { from: AT + 1, before }
      const entries = await store.read.audit.listAudit(A.tenantId, 2, query)
      seen.push(...namesOf(entries))
      before = entries.at(-1)
    }
    assert.deepEqual(seen, ['n4', 'n3', 'n2', 'n1', 'n0'])
  })

  auditTest('what goes with a resource has a line of its own', async (store) => {
    const service = communicationService(A, 'contoso')
    await store.write.resources.putResource(change(AT + 1), service)
    await put(store, AT + 1, 'kept', A.resourceGroupId)
    await put(store, AT + 1, 'gone', service.id)
    await store.write.resources.deleteResource(change(AT + 2), service.id)
    const entries = await store.read.audit.listAudit(A.tenantId, 10, { from: AT + 2 })
    assert.deepEqual(
      entries.map(({ operation, before, after }) => [operation, (before as { name: string }).name, after]),
      [
        ['Microsoft.Communication/communicationServices/delete', 'contoso', undefined],
        ['Microsoft.Authorization/roleAssignments/delete', 'gone', undefined],
      ],
    )
  })

  auditTest('an action is told without moving the epoch', async ({ read, write }) => {
    const epoch = await read.directory.readEpoch(A.tenantId)
    await write.audit.append(change(AT + 1), A.tenantId, 'some/action', A.resourceGroupId)
    const [entry] = await read.audit.listAudit(A.tenantId, 1)
    assert.deepEqual([entry?.operation, entry?.target], ['some/action', A.resourceGroupId])
    assert.equal(await read.directory.readEpoch(A.tenantId), epoch)
  })

  auditTest('no secret is kept, whatever a writer hands in', async ({ read, write }) => {
    const hash = Buffer.from('not a hash of anything')
    const password = { keyId: 'key', displayName: 'd', hint: 'abc', startAt: AT, endAt: AT + 1, hash }
    await write.directory.addPassword(change(AT + 1), A.tenantId, A.applicationObjectId, password)
    await write.directory.removePassword(change(AT + 2), A.tenantId, A.applicationObjectId, 'key')
    const text = JSON.stringify(await read.audit.listAudit(A.tenantId, 2))
    for (const secret of ['hash', hash.toString('base64'), hash.toString('hex'), [...hash].join(',')])
      assert.equal(text.includes(secret), false, secret)
  })
}
