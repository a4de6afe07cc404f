// Every reason that a login is refused for has something to do, with a command that can be pasted, and nothing in it that was not filled
// in. That the first of them helps is shown end to end.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RejectReason } from '../identity/identity.ts'
import type { AccessTrace } from './decision-trace.ts'
import { NOBODY, type ResolvedLogin } from './login.ts'
import { suggestFor } from './suggestions.ts'

const SCOPE = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Communication/communicationServices/contoso'
const APP = '11111111-2222-3333-4444-555555555555'

const login: ResolvedLogin = {
  service: { id: SCOPE, name: 'contoso', tenantId: 'tenant' },
  applicationId: APP,
  tenantId: 'tenant',
  steps: [],
  shownUsername: 'printer',
}
const nobody: ResolvedLogin = { ...login, service: undefined, applicationId: NOBODY, tenantId: NOBODY }
const access: AccessTrace = {
  scope: SCOPE,
  requiredActions: ['A/write'],
  missingActions: ['A/write'],
  dataAction: 'B/action',
  assignments: [],
}

/** As a type, so that a reason that is added is added here. */
const FIRST: Readonly<Record<RejectReason | 'unavailable', RegExp>> = {
  'malformed-response': /^postern communication settings --name \/sub\S+ --app-id 1111\S+$/,
  'authorization-identity-mismatch': /^postern communication settings /,
  'unknown-username': /^postern communication settings /,
  'unknown-resource': /^postern communication list$/,
  'tenant-mismatch': /^postern communication settings /,
  'unknown-tenant': /^postern communication settings /,
  'unknown-application': /^postern communication smtp-credential create --name mail-11111111 --comm-service-name \/sub/,
  'application-disabled': /^postern ad sp update --id 1111\S+ --account-enabled true$/,
  'no-service-principal': /^postern ad sp create --id 1111\S+ && postern role assignment create --assignee 1111/,
  'wrong-secret': /^postern ad app credential reset --id 1111\S+ --append$/,
  'expired-secret': /^postern ad app credential reset --id 1111\S+ --append$/,
  'secret-not-yet-valid': /^postern ad app credential reset --id 1111\S+ --append$/,
  'missing-role': /^postern role assignment create --assignee principal --role 'Email Sender' --scope \/sub/,
  'too-many-failures': /^postern login-limits clear/,
  'too-many-sessions': /^postern config describe$/,
  'outside-network': /^postern ad app credential reset --device-password --append --id 1111/,
  'no-identity-by-network': /^postern communication smtp-credential create /,
  'malformed-token': /^postern /,
  'wrong-token-signature': /^postern /,
  'wrong-token-issuer': /^postern /,
  'wrong-token-audience': /^postern /,
  'wrong-token-tenant': /^postern /,
  'wrong-token-application': /^postern /,
  'user-token': /^postern /,
  'token-not-yet-valid': /^postern /,
  'expired-token': /^postern /,
  'missing-consent': /^postern /,
  'blocked-by-policy': /^postern /,
  'refused-by-provider': /^postern /,
  'unexpected-token': /^postern /,
  'provider-changed': /^postern /,
  unavailable: /^postern db status$/,
}

for (const [reason, expected] of Object.entries(FIRST))
  test(`${reason} has a command first`, () => {
    const refusal = { type: reason === 'unavailable' ? 'unavailable' : 'rejected', reason, login, steps: [] } as const
    const ofRole = reason === 'missing-role' ? { access, principalId: 'principal' } : {}
    const suggestions = suggestFor({ ...refusal, reason: reason as RejectReason, ...ofRole })
    assert.match(suggestions[0]?.command ?? '', expected)
    assert.doesNotMatch(JSON.stringify(suggestions), /undefined|00000000-0000/)
  })

for (const reason of Object.keys(FIRST))
  test(`${reason}, of a login that names nothing: no command has a hole`, () => {
    const refusal = { type: 'rejected', reason: reason as RejectReason, login: nobody, steps: [] } as const
    const suggestions = suggestFor(refusal)
    assert.ok(suggestions.some(({ command }) => command !== undefined))
    assert.doesNotMatch(JSON.stringify(suggestions), /undefined|00000000-0000/)
  })

test('a name that a client made up is no command', () => {
  const service = { id: '/subscriptions/s/$(reboot)', name: 'x', tenantId: 'tenant' }
  const [first] = suggestFor({ type: 'rejected', reason: 'tenant-mismatch', login: { ...login, service }, steps: [] })
  assert.ok(first?.command?.includes("'/subscriptions/s/$(reboot)'"))
})
