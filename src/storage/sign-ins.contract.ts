// Every store of sign-ins passes this suite. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import { type MailStore, mailTests } from './mail-store.fixture.ts'
import type { Passkey, SignInSession, SignInTicket, User, UserPassword } from './storage.ts'
import { A, AT, B, change, type TenantFixture } from './two-tenants.fixture.ts'

const HOUR = 3_600_000
const PASSWORD: UserPassword = { hash: '$argon2id$one', changedAt: AT, mustChange: false }

const guid = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`
const digestOf = (octet: number) => Uint8Array.from({ length: 32 }, () => octet)

async function putUser(store: MailStore, { tenantId }: TenantFixture, userId: string): Promise<User> {
  const user = {
    objectId: userId,
    tenantId,
    userPrincipalName: 'Someone@contoso.test',
    displayName: 'Someone',
    accountEnabled: true,
    createdAt: AT,
    facts: {},
  }
  await store.write.directory.createUser(change(), user)
  await store.write.signIns.putPassword(change(), tenantId, userId, PASSWORD)
  return user
}

function sessionOf({ tenantId, objectId }: User, digit = '7'): SignInSession {
  const lasting = { createdAt: AT, endsAt: AT + HOUR }
  return { sessionId: guid(digit), tenantId, userId: objectId, methods: ['password', 'passkey'], ...lasting }
}

const begin = (store: MailStore, session: SignInSession, octet: number, passwordChangedAt = AT) =>
  store.write.signIns.beginSession(change(), session, { digest: digestOf(octet), passwordChangedAt })

function codeOf({ tenantId, sessionId }: SignInSession, octet: number): SignInTicket {
  const content = { redirectUri: 'https://localhost:8443/portal/' }
  return { digest: digestOf(octet), kind: 'code', tenantId, sessionId, content, endsAt: AT + 60_000 }
}

function passkeyOf({ objectId }: User, changes: Partial<Passkey> = {}): Passkey {
  return {
    credentialId: 'cred_-1',
    userId: objectId,
    displayName: 'Security key',
    publicKey: Uint8Array.of(1, 2, 3),
    counter: 0,
    transports: ['usb', 'nfc'],
    createdAt: AT,
    ...changes,
  }
}

/** `open` gives an empty store. */
export function describeSignIns(name: string, open: () => Promise<MailStore>): void {
  const signInTest = mailTests(`${name} sign-ins`, open)

  signInTest('what a user signs in with is found by name and by id, in the tenant alone', async (store) => {
    const user = await putUser(store, A, guid('5'))
    const passkey = passkeyOf(user)
    assert.equal(await store.write.signIns.addPasskey(change(), A.tenantId, passkey), true)
    const login = { user, password: PASSWORD, passkeys: [passkey] }
    assert.deepEqual(await store.read.signIns.findUserLogin(A.tenantId, 'SOMEONE@contoso.test'), login)
    assert.deepEqual(await store.read.signIns.readUserLogin(A.tenantId, user.objectId), login)
    assert.equal(await store.read.signIns.findUserLogin(B.tenantId, user.userPrincipalName), undefined)
    assert.equal(await store.read.signIns.readUserLogin(B.tenantId, user.objectId), undefined)
    assert.equal(await store.read.signIns.findUserLogin(A.tenantId, 'some\0one@contoso.test'), undefined)
  })

  signInTest('a password takes the place of the one that was proven, and of no other', async (store) => {
    const { objectId } = await putUser(store, A, guid('5'))
    const put = (changedAt: number, provenChangedAt?: number) =>
      store.write.signIns.putPassword(change(), A.tenantId, objectId, { ...PASSWORD, changedAt }, provenChangedAt)
    assert.equal(await put(AT + 1, AT), true)
    assert.equal(await put(AT + 2, AT), false)
    assert.equal((await store.read.signIns.readUserLogin(A.tenantId, objectId))?.password?.changedAt, AT + 1)
    assert.equal(await put(AT + 3), true)
  })

  signInTest('a session is found by what the browser holds and by its id', async (store) => {
    const session = sessionOf(await putUser(store, A, guid('5')))
    assert.equal(await begin(store, session, 1), true)
    assert.deepEqual(await store.read.signIns.findSession(digestOf(1)), session)
    assert.equal(await store.read.signIns.findSession(digestOf(2)), undefined)
    assert.deepEqual(await store.read.signIns.readSession(A.tenantId, session.sessionId), session)
    assert.equal(await store.read.signIns.readSession(B.tenantId, session.sessionId), undefined)
  })

  signInTest(
    'no session begins with a password that is another by now, nor for who is disabled or gone',
    async (store) => {
      const user = await putUser(store, A, guid('5'))
      assert.equal(await begin(store, sessionOf(user), 1, AT - 1), false)
      await store.write.directory.updateUser(change(), A.tenantId, user.objectId, { accountEnabled: false })
      assert.equal(await begin(store, sessionOf(user), 1), false)
      await store.write.directory.deleteUser(change(), A.tenantId, user.objectId)
      assert.equal(await begin(store, sessionOf(user), 1), false)
    },
  )

  signInTest('whom the tenant’s provider proves need not be here, but may be disabled here', async (store) => {
    const user = await putUser(store, A, guid('5'))
    const provider = { authority: 'oidc:https://issuer.example.test', groupIds: [guid('8')], displayName: 'Jörg' }
    const session: SignInSession = { ...sessionOf(user), methods: ['provider'], provider }
    assert.equal(await store.write.signIns.beginSession(change(), session, { digest: digestOf(1) }), true)
    assert.deepEqual(await store.read.signIns.findSession(digestOf(1)), session)
    const [told] = await store.read.audit.listAudit(A.tenantId, 1)
    assert.deepEqual(told?.after, { methods: ['provider'], endsAt: session.endsAt, displayName: 'Jörg' })
    const other = { ...session, sessionId: guid('9') }
    await store.write.directory.updateUser(change(), A.tenantId, user.objectId, { accountEnabled: false })
    assert.equal(await store.write.signIns.beginSession(change(), other, { digest: digestOf(2) }), false)
    await store.write.directory.deleteUser(change(), A.tenantId, user.objectId)
    assert.equal(await store.write.signIns.beginSession(change(), other, { digest: digestOf(2) }), true)
  })

  signInTest('whom the tenant’s provider proves is signed out everywhere, too', async (store) => {
    const provider = { authority: 'oidc:https://issuer.example.test', groupIds: [] }
    const who = { sessionId: guid('7'), tenantId: A.tenantId, userId: guid('5') }
    const session: SignInSession = { ...who, methods: ['provider'], provider, createdAt: AT, endsAt: AT + HOUR }
    await store.write.signIns.beginSession(change(), session, { digest: digestOf(1) })
    assert.equal(await store.write.signIns.endSessions(change(), B.tenantId, guid('5')), false)
    assert.notEqual(await store.read.signIns.findSession(digestOf(1)), undefined)
    assert.equal(await store.write.signIns.endSessions(change(), A.tenantId, guid('5')), true)
    assert.equal(await store.read.signIns.findSession(digestOf(1)), undefined)
    assert.equal(await store.write.signIns.endSessions(change(), A.tenantId, guid('5')), false)
  })

  const endings: readonly (readonly [string, (store: MailStore, user: User) => Promise<unknown>])[] = [
    [
      'a new password',
      (store, { tenantId, objectId }) => store.write.signIns.putPassword(change(), tenantId, objectId, PASSWORD),
    ],
    [
      'the loss of a passkey',
      (store, { tenantId, objectId }) => store.write.signIns.deletePasskey(change(), tenantId, objectId, 'cred_-1'),
    ],
    [
      'the deletion of the user',
      (store, { tenantId, objectId }) => store.write.directory.deleteUser(change(), tenantId, objectId),
    ],
    [
      'disabling the user',
      (store, { tenantId, objectId }) =>
        store.write.directory.updateUser(change(), tenantId, objectId, { accountEnabled: false }),
    ],
    ['signing out', (store, { tenantId }) => store.write.signIns.endSession(tenantId, guid('7'))],
    [
      'signing out everywhere',
      (store, { tenantId, objectId }) => store.write.signIns.endSessions(change(), tenantId, objectId),
    ],
  ]
  for (const [what, end] of endings)
    signInTest(`${what} ends the session and the codes of it, and nobody else's`, async (store) => {
      const user = await putUser(store, A, guid('5'))
      await store.write.signIns.addPasskey(change(), A.tenantId, passkeyOf(user))
      const other = sessionOf(await putUser(store, B, guid('6')), '9')
      const session = sessionOf(user)
      await begin(store, session, 1)
      await begin(store, other, 2)
      for (const [of, octet] of [
        [session, 3],
        [other, 4],
      ] as const)
        await store.write.signIns.addTicket(codeOf(of, octet))
      await end(store, user)
      assert.equal(await store.read.signIns.readSession(A.tenantId, session.sessionId), undefined)
      assert.equal(await store.write.signIns.takeTicket('code', digestOf(3)), undefined)
      assert.deepEqual(await store.read.signIns.readSession(B.tenantId, other.sessionId), other)
      assert.deepEqual(await store.write.signIns.takeTicket('code', digestOf(4)), codeOf(other, 4))
    })

  signInTest('a code is good once', async (store) => {
    const session = sessionOf(await putUser(store, A, guid('5')))
    await begin(store, session, 1)
    const code = codeOf(session, 3)
    await store.write.signIns.addTicket(code)
    assert.equal(await store.write.signIns.takeTicket('passkey', digestOf(3)), undefined)
    const taken = await Promise.all([1, 2, 3].map(() => store.write.signIns.takeTicket('code', digestOf(3))))
    assert.deepEqual(
      taken.filter((one) => one !== undefined),
      [code],
    )
  })

  signInTest('the counter of a passkey only ever grows, where it counts', async (store) => {
    const user = await putUser(store, A, guid('5'))
    await store.write.signIns.addPasskey(change(), A.tenantId, passkeyOf(user))
    const use = (counter: number, tenantId = A.tenantId) =>
      store.write.signIns.usePasskey({ tenantId, credentialId: 'cred_-1', counter, at: AT + counter })
    const outcomes: boolean[] = []
    for (const counter of [0, 0, 5, 5, 4, 6, 0]) outcomes.push(await use(counter))
    assert.deepEqual(outcomes, [true, true, true, false, false, true, false])
    assert.equal(await use(9, B.tenantId), false)
    const login = await store.read.signIns.readUserLogin(A.tenantId, user.objectId)
    assert.deepEqual(login?.passkeys, [passkeyOf(user, { counter: 6, lastUsedAt: AT + 6 })])
  })

  signInTest('a passkey is of one user', async (store) => {
    const user = await putUser(store, A, guid('5'))
    const other = await putUser(store, B, guid('6'))
    assert.equal(await store.write.signIns.addPasskey(change(), A.tenantId, passkeyOf(user)), true)
    assert.equal(await store.write.signIns.addPasskey(change(), B.tenantId, passkeyOf(other)), false)
    assert.equal(
      await store.write.signIns.addPasskey(change(), B.tenantId, passkeyOf(user, { credentialId: 'x' })),
      false,
    )
    assert.equal(await store.write.signIns.deletePasskey(change(), B.tenantId, user.objectId, 'cred_-1'), false)
    assert.equal(await store.write.signIns.putPassword(change(), B.tenantId, user.objectId, PASSWORD), false)
    assert.equal(await store.write.signIns.endSessions(change(), B.tenantId, user.objectId), false)
  })

  signInTest('the audit log tells of passwords, passkeys and sessions, and holds none', async (store) => {
    const user = await putUser(store, A, guid('5'))
    await store.write.signIns.addPasskey(change(), A.tenantId, passkeyOf(user))
    await begin(store, sessionOf(user), 1)
    const told = await store.read.audit.listAudit(A.tenantId, 3)
    assert.deepEqual(
      told.map(({ target }) => target.replace(user.objectId, 'user')),
      [`user/sessions/${guid('7')}`, 'user/passkeys/cred_-1', 'user/password'],
    )
    assert.doesNotMatch(JSON.stringify(told), /argon2|publicKey/)
  })

  signInTest('what is over goes', async (store) => {
    const session = sessionOf(await putUser(store, A, guid('5')))
    await begin(store, session, 1)
    await store.write.signIns.addTicket(codeOf(session, 3))
    const limits = { messageAge: HOUR, captureCount: 9, captureSize: 9, decisionAge: HOUR, decisionCount: 9 }
    const sweep = (at: number) => store.write.retention.sweep(at, { ...limits, auditAge: HOUR, eventAge: HOUR })
    await sweep(AT + HOUR - 1)
    assert.notEqual(await store.read.signIns.findSession(digestOf(1)), undefined)
    assert.equal(await store.write.signIns.takeTicket('code', digestOf(3)), undefined)
    await sweep(AT + HOUR)
    assert.equal(await store.read.signIns.findSession(digestOf(1)), undefined)
  })
}
