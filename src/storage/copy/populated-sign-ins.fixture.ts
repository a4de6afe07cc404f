// Fixture: somebody of each tenant who can sign in and has, by password and passkey and by a provider, and a ticket that is under way.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { MailStore } from '../mail-store.fixture.ts'
import type { SignInSession } from '../sign-ins.ts'
import { AT, change, type TenantFixture } from '../two-tenants.fixture.ts'

const HOUR = 3_600_000

const idOf = ({ tenantId }: Pick<TenantFixture, 'tenantId'>, kind: number) => tenantId.replace(/.{3}$/, `a${kind}b`)
const digestOf = (text: string) => Uint8Array.from(createHash('sha256').update(text).digest())

export async function addSignIns({ write: { directory, signIns } }: MailStore, tenant: TenantFixture): Promise<void> {
  const { tenantId } = tenant
  const userId = idOf(tenant, 1)
  const named = { userPrincipalName: 'Grete@contoso.example', displayName: 'Grete' }
  await directory.createUser(change(), {
    objectId: userId,
    tenantId,
    ...named,
    accountEnabled: true,
    createdAt: AT,
    facts: {},
  })
  await signIns.putPassword(change(), tenantId, userId, { hash: '$argon2id$', changedAt: AT, mustChange: true })
  await signIns.addPasskey(change(), tenantId, {
    credentialId: `cred_${tenantId}`,
    userId,
    displayName: 'Schlüssel',
    publicKey: digestOf('key'),
    counter: 3,
    transports: ['usb'],
    createdAt: AT,
  })
  for (const session of sessionsOf(tenant)) {
    const proof = { digest: digestOf(session.sessionId), ...(session.provider ? {} : { passwordChangedAt: AT }) }
    assert.equal(await signIns.beginSession(change(), session, proof), true)
  }
  const content = { query: 'ä=1' }
  await signIns.addTicket({ digest: digestOf(tenantId), kind: 'provider', tenantId, content, endsAt: AT + HOUR })
}

function sessionsOf(tenant: Pick<TenantFixture, 'tenantId'>): readonly SignInSession[] {
  const common = { tenantId: tenant.tenantId, userId: idOf(tenant, 1), createdAt: AT, endsAt: AT + HOUR }
  const provider = { authority: 'oidc:https://id.example', groupIds: [idOf(tenant, 4)], displayName: 'Zoë' }
  return [
    { ...common, sessionId: idOf(tenant, 2), methods: ['password', 'passkey'] },
    { ...common, sessionId: idOf(tenant, 3), methods: ['provider'], provider },
  ]
}

/** Tickets are only ever taken. */
export async function readSignIns({ read: { signIns } }: MailStore, tenantId: string): Promise<object> {
  const sessions = sessionsOf({ tenantId }).map(({ sessionId }) => signIns.readSession(tenantId, sessionId))
  return {
    login: await signIns.readUserLogin(tenantId, idOf({ tenantId }, 1)),
    sessions: await Promise.all(sessions),
  }
}
