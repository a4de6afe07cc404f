import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalGuid } from '../resources/guid.ts'
import { builtInRoles, findBuiltInRole } from './built-in-roles.ts'

test('built-in roles: each is found by its own GUID in any case', () => {
  for (const role of builtInRoles) {
    assert.equal(canonicalGuid(role.name), role.name)
    assert.equal(findBuiltInRole(role.name.toUpperCase()), role)
  }
})

test('built-in roles: names are unique without regard to case', () => {
  assert.equal(new Set(builtInRoles.map((role) => role.roleName.toLowerCase())).size, builtInRoles.length)
})

test('built-in roles: only our own hold data actions', () => {
  const holders = builtInRoles.filter(({ permissions }) =>
    permissions.some(({ dataActions }) => dataActions.length > 0),
  )
  assert.deepEqual(
    holders.map(({ roleName }) => roleName),
    ['Email Sender', 'Postern Administrator'],
  )
})
