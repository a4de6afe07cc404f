// Which operations a role may name: all that are asked for here, all that the built-in roles name, and one star anywhere.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActionKind } from './access.ts'
import { builtInRoles } from './built-in-roles.ts'
import { DEFAULT_REQUIRED_ACTIONS } from './check-send.ts'
import { isGrantable, operationCatalogue } from './operation-catalogue.ts'
import { DIRECTORY_ACTIONS, MAIL_ACTIONS, MAIL_DATA_ACTIONS } from './operations.ts'

const cases: readonly (readonly [pattern: string, kind: ActionKind, grantable: boolean])[] = [
  ['Microsoft.Communication/CommunicationServices/Read', 'control', true],
  ['MICROSOFT.COMMUNICATION/emailservices/WRITE', 'control', true],
  ['Microsoft.Communication/CommunicationServices/SmtpUsernames/write', 'control', true],
  ['Microsoft.Communication/CommunicationServices/Reed', 'control', false],
  ['Microsoft.Communication/CommunicationServices', 'control', false],
  ['Microsoft.Communication/CommunicationServices/Read ', 'control', false],
  ['', 'control', false],
  ['*', 'control', true],
  ['*', 'data', true],
  ['*/read', 'control', true],
  ['Microsoft.Nothing/*/read', 'control', true],
  ['Microsoft.*/*', 'control', false],
  ['**', 'control', false],
  ['Microsoft Communication/*', 'control', false],
  [`${'x'.repeat(512)}*`, 'control', false],
  ['Postern.Mail/messages/send/action', 'data', true],
  ['Postern.Mail/messages/send/action', 'control', false],
  ['Postern.Mail/messages/read', 'data', false],
  ['Postern.Mail/messages/read', 'control', true],
]
for (const [pattern, kind, grantable] of cases)
  test(`${JSON.stringify(pattern.slice(0, 60))} as ${kind} action: ${grantable}`, () =>
    assert.equal(isGrantable(pattern, kind), grantable))

test('a clone of every built-in role can be stored', () => {
  for (const { roleName, permissions } of builtInRoles)
    for (const { actions, notActions, dataActions, notDataActions } of permissions) {
      assert.deepEqual(
        [...actions, ...notActions].filter((action) => !isGrantable(action, 'control')),
        [],
        roleName,
      )
      assert.deepEqual(
        [...dataActions, ...notDataActions].filter((action) => !isGrantable(action, 'data')),
        [],
        roleName,
      )
    }
})

test('all that is asked for here can be granted', () => {
  const control = [...Object.values(MAIL_ACTIONS), ...Object.values(DIRECTORY_ACTIONS), ...DEFAULT_REQUIRED_ACTIONS]
  assert.deepEqual(
    control.filter((action) => !isGrantable(action, 'control')),
    [],
  )
  assert.deepEqual(
    Object.values(MAIL_DATA_ACTIONS).filter((action) => !isGrantable(action, 'data')),
    [],
  )
})

test('every operation is listed once, under its own type', () => {
  const names = operationCatalogue.flatMap(({ namespace, resources }) =>
    resources.flatMap(({ type, operations }) =>
      operations.map(({ name }) => {
        assert(name.startsWith(type === '' ? `${namespace}/` : `${namespace}/${type}/`), name)
        return name.toLowerCase()
      }),
    ),
  )
  assert.equal(new Set(names).size, names.length)
})
