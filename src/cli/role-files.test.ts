import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { readRoleFile } from './role-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-roles-'))
after(() => rmSync(directory, { recursive: true }))
const GUID = '11111111-2222-3333-4444-555555555555'

function read(content: unknown) {
  const file = join(directory, 'role.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readRoleFile(`@${file}`)
}

const permission = { actions: ['*/read'], notActions: [], dataActions: [], notDataActions: ['a/b'] }
const properties = {
  roleName: 'Sender',
  description: '',
  permissions: [permission],
  assignableScopes: ['/subscriptions/s'],
}
const scopes = properties.assignableScopes

const accepted = [
  {
    name: 'capitalised, as az and PowerShell take it',
    content: { Name: 'Sender', IsCustom: true, Actions: ['*/read'], NotDataActions: ['a/b'], AssignableScopes: scopes },
    guid: undefined,
  },
  {
    name: 'capitalised with an Id',
    content: { Name: 'Sender', Id: GUID, Actions: ['*/read'], NotDataActions: ['a/b'], AssignableScopes: scopes },
    guid: GUID,
  },
  {
    name: 'flat, as az prints it',
    content: {
      name: GUID,
      roleName: 'Sender',
      roleType: 'CustomRole',
      permissions: [permission],
      assignableScopes: scopes,
    },
    guid: GUID,
  },
  {
    name: 'as the API takes it',
    content: { name: GUID, properties: { ...properties, type: 'CustomRole' } },
    guid: GUID,
  },
  { name: 'as the API takes it, without a name', content: { properties }, guid: undefined },
]

for (const { name, content, guid } of accepted)
  test(`a role file: ${name}`, () => {
    assert.deepEqual(read(content), { type: 'role', name: guid, properties })
  })

for (const [name, content, what] of [
  ['not JSON', '{', /is not JSON/],
  ['no scopes', { Name: 'Sender', Actions: ['*/read'], AssignableScopes: [] }, /is not a role definition/],
  ['no name', { Actions: ['*/read'], AssignableScopes: scopes }, /is not a role definition/],
  ['a list', [properties], /is not a role definition/],
] as const)
  test(`a role file that is refused: ${name}`, () => {
    const outcome = read(content)
    assert.ok(outcome.type === 'failed')
    assert.match(outcome.what, what)
  })
