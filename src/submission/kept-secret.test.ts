// A session that has to prove its secret again keeps it in octets of its own, gives it to nobody but the provider, and erases it at its
// end, however it ends. One that has not to keeps nothing.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { SmtpDialogue } from '../../test/fixtures/smtp-dialogue.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { rejected } from '../identity/account-standing.ts'
import type { AuthenticationOutcome, IdentityProvider } from '../identity/identity.ts'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { createServerSecureContext } from '../keys/secure-context.ts'
import { ticketKeysAt } from '../keys/ticket-keys.ts'
import type { Connection, Door } from './door.ts'
import { serveConnection } from './serve-connection.ts'
import type { SubmissionService } from './submission.ts'

const SENDER = 'DoNotReply@mail.example.test'

let fixture: SubmissionFixture
let door: Door
let ca: string
before(async () => {
  fixture = await openSubmissionFixture()
  const authority = await createDevelopmentCa(Date.now())
  const certificates = await issueServerCertificates(authority, Date.now())
  const context = createServerSecureContext(certificates, ticketKeysAt(new Uint8Array(32), Date.now()))
  door = { name: 'submission', implicitTls: false, secureContext: () => context }
  ca = authority.certificate
})
after(() => fixture.close())

type Answer = 'proven' | 'refused' | 'none'

/** The embedded provider, told to be asked again with the secret. */
function remote(reprove: 'interval' | 'message' | undefined, clock: ManualClock) {
  const embedded = fixture.provider(fixture.storage.read.directory)
  const state = { presented: [] as Uint8Array[], again: [] as (Uint8Array | undefined)[], answer: 'proven' as Answer }
  const mark = (outcome: AuthenticationOutcome): AuthenticationOutcome => {
    if (outcome.type !== 'authenticated' || reprove === undefined) return outcome
    const notAfter = reprove === 'interval' ? clock.now() + 60_000 : outcome.credential.notAfter
    return { type: 'authenticated', credential: { ...outcome.credential, notAfter, reprove } }
  }
  const provider: IdentityProvider = {
    ...embedded,
    async authenticate(login) {
      state.presented.push(login.clientSecret)
      return mark(await embedded.authenticate(login))
    },
    async recheck(credential, at, clientSecret) {
      state.again.push(clientSecret)
      if (state.answer === 'none') return { type: 'unavailable', detail: 'it does not answer' }
      if (state.answer === 'refused') return rejected('wrong-secret', 'it is wrong by now')
      assert.equal(Buffer.from(clientSecret ?? []).toString(), reprove === undefined ? '' : fixture.secret)
      return mark({ type: 'authenticated', credential })
    },
  }
  return { state, provider }
}

async function open(reprove: 'interval' | 'message' | undefined) {
  const clock = new ManualClock(fixture.now)
  const { state, provider } = remote(reprove, clock)
  const service: SubmissionService = {
    options: {
      hostname: 'mail.example.test',
      mechanisms: ['PLAIN', 'LOGIN'],
      rejectAfter: 1000,
      requiredActions: DEFAULT_REQUIRED_ACTIONS,
      limits: LIMITS,
    },
    ...fixture.storage.read,
    provider,
    loginLimits: fixture.loginLimits(() => clock.now()),
    spool: {} as never,
    content: {} as never,
    uses: { mark: () => {} },
    decisions: {
      record: async () => 'REFERENCE0',
      begin: () => ({ reference: 'REFERENCE0', kept: Promise.resolve() }),
    },
    clock,
    nextQueueId: () => '01900000-0000-7000-8000-000000000000',
    counters: { session() {}, authentication() {}, accepted() {}, refused() {}, loginDelayed() {} },
    onBug: (error) => assert.fail(String(error)),
  }
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const dialogue = SmtpDialogue.openSecure((server.address() as AddressInfo).port, ca)
  const connection = serveConnection((await accepted)[0], door, service)
  server.close()
  const client = await dialogue
  assert.match(await client.authenticate(fixture.username({}), fixture.secret), /^235 /)
  return { clock, state, connection, client }
}

const LIMITS = {
  recipients: 100,
  size: 1_000_000,
  idle: 300_000,
  idleBeforeAuthentication: 60_000,
  handshake: 15_000,
  contentStall: 180_000,
  sessionAge: 3_600_000,
  messagesPerSession: 3,
  received: 100,
}

const isErased = (octets: Uint8Array | undefined): boolean =>
  octets !== undefined && octets.length > 0 && octets.every((octet) => octet === 0)

const mail = `MAIL FROM:<${SENDER}>`

test('at each MAIL the provider is asked with the secret, and what was presented at the login is erased', async () => {
  const { client, connection, state } = await open('message')
  assert.ok(state.presented.every(isErased))
  for (let count = 1; count <= 2; count++) {
    assert.match(await client.command(mail), /^250 /)
    assert.equal(state.again.length, count)
    assert.match(await client.command('RSET'), /^250 /)
  }
  client.destroy()
  await connection.closed
  assert.ok(state.again.every(isErased))
})

test('after an interval it is asked, and not before', async () => {
  const { client, clock, connection, state } = await open('interval')
  assert.match(await client.command(mail), /^250 /)
  assert.equal(state.again.length, 0)
  clock.advance(60_000)
  await client.command('RSET')
  assert.match(await client.command(mail), /^250 /)
  assert.equal(state.again.length, 1)
  client.destroy()
  await connection.closed
  assert.ok(state.again.every(isErased))
})

test('a session that need not keeps no secret', async () => {
  const { client, clock, connection, state } = await open(undefined)
  const { directory } = fixture.storage.write
  await directory.createGroup(fixture.change, {
    objectId: fixture.unknownId,
    tenantId: fixture.tenantId,
    displayName: '',
  })
  assert.match(await client.command(mail), /^250 /)
  assert.deepEqual(state.again, [undefined])
  clock.advance(1)
  client.destroy()
  await connection.closed
})

const ends: readonly [name: string, end: (session: Awaited<ReturnType<typeof open>>) => Promise<unknown> | void][] = [
  ['QUIT', ({ client }) => client.command('QUIT')],
  ['a lost connection', ({ client }) => client.reset()],
  ['a drain', ({ connection }: { connection: Connection }) => connection.drain()],
  ['an idle client', ({ clock }) => clock.advance(LIMITS.idle)],
]
for (const [name, end] of ends)
  test(`the secret is erased after ${name}`, async () => {
    const session = await open('message')
    await session.client.command(mail)
    await session.client.command('RSET')
    const [kept] = session.state.again
    assert.equal(isErased(kept), false)
    await end(session)
    session.client.destroy()
    await session.connection.closed
    assert.ok(isErased(kept))
  })

test('a secret that the provider no longer takes ends the session; one that it cannot judge does not', async () => {
  const { client, connection, state } = await open('message')
  state.answer = 'none'
  assert.match(await client.command(mail), /^451 /)
  state.answer = 'refused'
  assert.match(await client.command(mail), /^421 4\.7\.0 /)
  await client.closed()
  client.destroy()
  await connection.closed
  assert.ok(state.again.every(isErased))
})
