// People who sign in to the portal, made over the API by the administrator.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { QuickstartService } from '../fixtures/quickstart-service.ts'

export type Person = {
  readonly id: string
  readonly name: string
  readonly userName: string
  readonly password: string
}

/** Somebody new, who holds no role yet. */
export async function makePerson(
  { api, quickstart }: QuickstartService,
  name: string,
  options: { readonly mustChange?: boolean } = {},
): Promise<Person> {
  const nickname = `person-${randomUUID().slice(0, 8)}`
  const userName = `${nickname}@${quickstart.domain}`
  const password = `obviously fake ${randomUUID()}`
  const { status, json } = await api('POST', '/v1.0/users', {
    accountEnabled: true,
    displayName: name,
    mailNickname: nickname,
    userPrincipalName: userName,
    passwordProfile: { password, forceChangePasswordNextSignIn: options.mustChange ?? false },
  })
  assert.equal(status, 201, JSON.stringify(json))
  return { id: (json as { id: string }).id, name, userName, password }
}

/** As an administrator does for who forgot it: whatever rested on the old one ends. */
export async function resetPassword({ api }: QuickstartService, { id }: Person, password: string): Promise<void> {
  const passwordProfile = { password, forceChangePasswordNextSignIn: false }
  const { status, json } = await api('PATCH', `/v1.0/users/${id}`, { passwordProfile })
  assert.equal(status, 204, JSON.stringify(json))
}
