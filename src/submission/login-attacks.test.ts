// Attacks on logins, against the flow itself with a real store and a clock that the test moves: how many guesses are looked at and when,
// that the owner is let in throughout, and that nothing tells whether a name exists.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import type { IdentityProvider } from '../identity/identity.ts'
import type { LoginLimitReader, LoginLimitWriter } from '../storage/storage.ts'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { openSubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import { authenticate, type LoginOutcome } from './authenticate.ts'
import type { DecisionTrace } from './decision-trace.ts'
import type { SubmissionService } from './submission.ts'
import { waitUntil } from './wait-until.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const REJECT_AFTER = 1000
const OFFICE = '198.51.100.7'

/** `answer`: until when what the store says to a write is on the way. */
type Faults = { read?: boolean; write?: boolean; provider?: boolean; answer?: Promise<void> }

/** An attempt and its answer; `after` is how long after it came the answer was due, and `lookedAfter` when the secret was looked at. */
type Answer = { readonly outcome: LoginOutcome; readonly after: number; readonly lookedAfter: number | undefined }

async function open(context: TestContext) {
  const fixture = await openSubmissionFixture()
  context.after(() => fixture.close())
  const clock = new ManualClock(fixture.now)
  const faults: Faults = {}
  const calls: string[] = []
  const traces: DecisionTrace[] = []
  const delayed: string[] = []
  let looks = 0
  const watched = <Port extends object>(name: string, port: Port, fails: () => boolean | undefined): Port =>
    new Proxy(port, {
      get:
        (target, method) =>
        (...args: readonly unknown[]) => {
          calls.push(`${name}.${String(method)}`)
          if (fails()) return Promise.reject(new Error('gone'))
          return (Reflect.get(target, method) as (...args: readonly unknown[]) => unknown).apply(target, [...args])
        },
    })
  const { read, write } = fixture.storage
  const never = () => false
  const directory = watched('directory', read.directory, never)
  const reader: LoginLimitReader = watched('limits', read.loginLimits, () => faults.read)
  const late: LoginLimitWriter = {
    ...write.loginLimits,
    recordAttempts: async (record) => {
      const levels = await write.loginLimits.recordAttempts(record)
      await faults.answer
      return levels
    },
  }
  const writer = watched('limits', late, () => faults.write)
  const embedded = fixture.provider(directory)
  const provider: Pick<IdentityProvider, 'authenticate'> = {
    authenticate: async (login) => {
      looks += 1
      lookedAt.set(login.clientSecret, login.at)
      return faults.provider ? { type: 'unavailable', detail: 'gone' } : embedded.authenticate(login)
    },
  }
  const lookedAt = new Map<Uint8Array, number>()
  const thread = () => {
    const loginLimits = fixture.loginLimits(() => clock.now(), reader, writer)
    const service = {
      options: { rejectAfter: REJECT_AFTER, requiredActions: DEFAULT_REQUIRED_ACTIONS },
      directory,
      resources: watched('resources', read.resources, never),
      roles: watched('roles', read.roles, never),
      provider,
      loginLimits,
      decisions: { record: async (trace: DecisionTrace) => (traces.push(trace), 'REFERENCE0') },
      uses: { mark: () => {} },
      clock,
      counters: { authentication: () => {}, loginDelayed: (cause: string) => delayed.push(cause) },
    } as unknown as SubmissionService
    const begin = async (
      username: string,
      secret: string,
      address: string,
      ended: Promise<void> = new Promise(() => {}),
    ): Promise<Answer> => {
      const password = Buffer.from(secret)
      const receivedAt = clock.now()
      const outcome = await authenticate(
        service,
        {
          peer: { address, listener: 'submission' },
          clientName: 'app.example.test',
          mechanism: 'PLAIN',
          waitUntil: (at) => waitUntil(clock, at, ended),
        },
        { type: 'secret', authenticationIdentity: username, authorizationIdentity: '', password },
        receivedAt,
      )
      const due = outcome.type === 'authenticated' ? clock.now() : outcome.notBefore
      const looked = lookedAt.get(password)
      return { outcome, after: due - receivedAt, lookedAfter: looked === undefined ? undefined : looked - receivedAt }
    }
    return { begin, settled: () => loginLimits.settled() }
  }
  const first = thread()
  /** Lets time go by only as far as somebody waits. */
  const finish = async <T>(work: Promise<T>): Promise<T> => {
    const state = { done: false }
    const ended = work.finally(() => {
      state.done = true
    })
    while (!state.done) {
      await settleMicrotasks()
      if (!state.done && clock.pending > 0) clock.advance(clock.nextIn ?? 0)
    }
    return ended
  }
  return {
    fixture,
    clock,
    faults,
    calls,
    traces,
    delayed,
    thread,
    looks: () => looks,
    begin: first.begin,
    settled: first.settled,
    finish,
    attempt: (username: string, secret: string, address: string) => finish(first.begin(username, secret, address)),
  }
}

const addressOf = (index: number) => `203.0.${index >> 8}.${index & 255}`
const replyOf = ({ outcome }: Answer) => `${outcome.reply.code} ${outcome.reply.enhancedStatusCode}`

test('one source on many names: twenty failures are free, then it waits, then it is turned away', async (context) => {
  const { fixture, begin, finish, traces, looks, delayed } = await open(context)
  const attempts = Array.from({ length: 60 }, (_, index) => begin(`printer-${index}`, 'guess', '203.0.113.7'))
  const answers = await finish(Promise.all(attempts))
  const waits = answers.slice(0, 40).map(({ lookedAfter }) => lookedAfter)
  assert.deepEqual(waits, [...Array<number>(20).fill(0), 1000, 2000, 4000, 8000, ...Array<number>(16).fill(10_000)])
  // The fixed moment never moves: it counts from when the attempt was looked at.
  for (const { outcome, after, lookedAfter = 0 } of answers.slice(0, 40))
    assert.deepEqual([outcome.type, outcome.reply.code, after - lookedAfter], ['refused', 535, REJECT_AFTER])
  for (const { outcome, after } of answers.slice(40)) {
    assert.deepEqual([outcome.type, after], ['closed', REJECT_AFTER])
    assert.deepEqual(outcome.reply, {
      code: 421,
      enhancedStatusCode: '4.7.0',
      lines: ['Too many failed logins from your network, try again later [REFERENCE0]'],
    })
  }
  assert.equal(looks(), 40)
  assert.deepEqual(delayed, Array<string>(20).fill('source'))
  const trace = traces.find(({ reason }) => reason === 'too-many-failures')
  assert.equal(trace?.reply, '421 4.7.0')
  assert.match(
    trace?.steps[0]?.detail ?? '',
    /^not looked at: 40 logins from network 203\.0\.113\.7 failed or are pending since /,
  )
  assert.equal(trace?.suggestions[0]?.command, 'postern login-limits clear --network 203.0.113.7')
  // Another network is not concerned.
  assert.equal((await finish(begin(fixture.alias, fixture.secret, OFFICE))).lookedAfter, 0)
})

test('what is in the store while its answer is on the way counts once', async (context) => {
  const { begin, faults, calls, finish } = await open(context)
  const answer = Promise.withResolvers<void>()
  faults.answer = answer.promise
  const first = Array.from({ length: 25 }, () => begin('printer', 'guess', '203.0.113.7'))
  while (!calls.includes('limits.recordAttempts')) await settleMicrotasks()
  await settleMicrotasks()
  const more = Array.from({ length: 15 }, () => begin('printer', 'guess', '203.0.113.7'))
  await settleMicrotasks()
  answer.resolve()
  const answers = await finish(Promise.all([...first, ...more]))
  assert.deepEqual([...new Set(answers.map(replyOf))], ['535 5.7.8'])
})

test('a source that was turned away gets a look again every half minute, and is free twenty minutes later', async (context) => {
  const { begin, finish, attempt, clock } = await open(context)
  await finish(Promise.all(Array.from({ length: 50 }, () => begin('printer', 'guess', '203.0.113.7'))))
  // What time has forgotten while the attempts waited.
  clock.advance(20_000)
  assert.equal((await attempt('printer', 'guess', '203.0.113.7')).lookedAfter, 10_000)
  assert.equal(replyOf(await attempt('printer', 'guess', '203.0.113.7')), '421 4.7.0')
  clock.advance(20 * MINUTE)
  assert.equal((await attempt('printer', 'guess', '203.0.113.7')).lookedAfter, 0)
})

test('guessing from everywhere at one name: the owner signs in from the usual network at once, from a new one after ten seconds', async (context) => {
  const { fixture, begin, finish, attempt, delayed, settled } = await open(context)
  const name = fixture.username({})
  assert.equal((await attempt(name, fixture.secret, OFFICE)).outcome.type, 'authenticated')
  await settled()
  for (let round = 0; round < 20; round += 1) {
    const sources = Array.from({ length: 100 }, (_, index) => addressOf(round * 100 + index))
    const answers = await finish(Promise.all(sources.map((source) => begin(name, 'guess', source))))
    assert.deepEqual([...new Set(answers.map(replyOf))], ['535 5.7.8'])
    const { outcome, after } = await attempt(name, fixture.secret, OFFICE)
    assert.deepEqual([outcome.type, after], ['authenticated', 0])
  }
  const home = await attempt(name, fixture.secret, '192.0.2.99')
  assert.deepEqual([home.outcome.type, home.after], ['authenticated', 10_000])
  await settled()
  const again = await attempt(name, fixture.secret, '192.0.2.99')
  assert.deepEqual([again.outcome.type, again.after], ['authenticated', 0])
  assert.deepEqual([...new Set(delayed)], ['username'])
})

test('an owner behind the network that attacks others waits for nothing, and neither does another name known there', async (context) => {
  const { fixture, begin, finish, attempt, settled } = await open(context)
  const name = fixture.username({})
  await attempt(name, fixture.secret, OFFICE)
  await settled()
  await finish(Promise.all(Array.from({ length: 60 }, (_, index) => begin(`guess-${index}`, 'x', OFFICE))))
  assert.equal((await attempt(name, fixture.secret, OFFICE)).after, 0)
  assert.equal(replyOf(await attempt(fixture.alias, fixture.secret, OFFICE)), '421 4.7.0')
})

test('a thousand at once, over two threads, get forty looks', async (context) => {
  const { begin, finish, thread, looks } = await open(context)
  const other = thread()
  const burst = Array.from({ length: 1000 }, (_, index) =>
    (index % 2 === 0 ? begin : other.begin)('printer', `guess ${index}`, '2001:db8::1'),
  )
  const answers = await finish(Promise.all(burst))
  assert.equal(looks(), 40)
  assert.equal(answers.filter(({ outcome }) => outcome.type === 'closed').length, 960)
})

test('many names of one tenant from many sources wait too; another tenant does not', async (context) => {
  const { fixture, begin, finish, attempt, delayed } = await open(context)
  const nameOf = (index: number) => fixture.username({ resource: `guess-${index}` })
  await finish(Promise.all(Array.from({ length: 500 }, (_, index) => begin(nameOf(index), 'x', addressOf(index)))))
  assert.deepEqual(delayed, [])
  assert.equal((await attempt(nameOf(999), 'x', '192.0.2.1')).lookedAfter, 1000)
  assert.deepEqual(delayed, ['tenant'])
  const elsewhere = fixture.username({ resource: 'guess', tenant: fixture.otherTenantId })
  assert.equal((await attempt(elsewhere, 'x', '192.0.2.2')).lookedAfter, 0)
  // A short name names no tenant; that it belongs to one must not be learnt from how long it waits.
  assert.equal((await attempt(fixture.alias, 'x', '192.0.2.3')).lookedAfter, 0)
})

test('a name that exists and one that does not take the same steps, wait as long and are answered alike', async (context) => {
  const { fixture, begin, finish, calls, settled } = await open(context)
  const names = {
    existing: fixture.username({}),
    unknownApplication: fixture.username({ application: fixture.unknownId }),
    unknownTenant: fixture.username({ tenant: fixture.unknownId }),
    disabled: fixture.username({ application: fixture.disabledApplicationId }),
  }
  const short = { existing: fixture.alias, unknown: 'no-such-printer' }
  const seen: Record<string, unknown> = {}
  for (const [kind, name] of [
    ...Object.entries(names),
    ...Object.entries(short).map(([k, n]) => [`short ${k}`, n] as const),
  ]) {
    const each: unknown[] = []
    for (let index = 0; index < 45; index += 1) {
      calls.length = 0
      const answer = await finish(begin(name, 'guess', addressOf(Object.keys(seen).length * 100 + index)))
      await settled()
      each.push({ calls: [...calls], reply: answer.outcome.reply, after: answer.after, looked: answer.lookedAfter })
    }
    seen[kind] = each
    // By then the tenant's own count is the same for the next name.
    await fixture.storage.write.loginLimits.clearLoginLimits('everything')
  }
  for (const kind of Object.keys(names)) assert.deepEqual(seen[kind], seen['existing'], kind)
  assert.deepEqual(seen['short unknown'], seen['short existing'])
})

test('only failures count: a login from a new network, an outage of the provider, a client that went away', async (context) => {
  const { fixture, attempt, begin, finish, faults, settled, clock, looks } = await open(context)
  for (let index = 0; index < 50; index += 1) {
    const { outcome, after } = await attempt(fixture.username({}), fixture.secret, addressOf(index))
    assert.deepEqual([outcome.type, after], ['authenticated', 0])
    await settled()
  }
  faults.provider = true
  for (let index = 0; index < 50; index += 1) {
    assert.equal(replyOf(await attempt(fixture.username({}), 'x', '203.0.113.7')), '454 4.7.0')
    await settled()
  }
  faults.provider = false
  const stands = async () => (await fixture.storage.read.loginLimits.listLoginLimits({ at: fixture.now, limit: 10 }))[0]
  assert.equal(await stands(), undefined)
  // Those who go away while they wait have not guessed, and take nothing away from what the others count.
  await finish(Promise.all(Array.from({ length: 22 }, () => begin('printer', 'x', '203.0.113.7'))))
  const before = await stands()
  const looked = looks()
  const gone = Array.from({ length: 30 }, () => begin('printer', 'x', '203.0.113.7', Promise.resolve()))
  for (const { outcome } of await finish(Promise.all(gone))) assert.equal(outcome.reply.code, 421)
  await settled()
  assert.deepEqual(await stands(), before && { ...before, lastAt: clock.now() })
  assert.equal(looks(), looked)
})

test('what was counted and which networks are known outlives the thread', async (context) => {
  const { fixture, begin, finish, thread, settled, clock } = await open(context)
  await finish(begin(fixture.username({}), fixture.secret, OFFICE))
  await finish(Promise.all(Array.from({ length: 40 }, () => begin('printer', 'x', '203.0.113.7'))))
  await settled()
  const restarted = thread()
  assert.equal(replyOf(await finish(restarted.begin('another', 'x', '203.0.113.7'))), '421 4.7.0')
  clock.advance(30 * DAY - MINUTE)
  const attacked = Array.from({ length: 30 }, (_, index) =>
    restarted.begin(fixture.username({}), 'x', addressOf(index)),
  )
  await finish(Promise.all(attacked))
  assert.equal((await finish(restarted.begin(fixture.username({}), fixture.secret, OFFICE))).after, 0)
})

test('a network that was not signed in from for 30 days is a new one; signing in keeps it known', async (context) => {
  const { fixture, attempt, begin, finish, settled, clock } = await open(context)
  const name = fixture.username({})
  const attack = () => finish(Promise.all(Array.from({ length: 30 }, (_, index) => begin(name, 'x', addressOf(index)))))
  await attempt(name, fixture.secret, OFFICE)
  await settled()
  clock.advance(29 * DAY)
  await attempt(name, fixture.secret, OFFICE)
  await settled()
  clock.advance(29 * DAY)
  await attack()
  assert.equal((await attempt(name, fixture.secret, OFFICE)).after, 0)
  await settled()
  clock.advance(30 * DAY)
  await attack()
  assert.equal((await attempt(name, fixture.secret, OFFICE)).after, 10_000)
})

test('an honest login from a known network reads once and writes nothing', async (context) => {
  const { fixture, attempt, calls, settled } = await open(context)
  await attempt(fixture.username({}), fixture.secret, OFFICE)
  await settled()
  calls.length = 0
  await attempt(fixture.username({}), fixture.secret, OFFICE)
  await settled()
  assert.deepEqual(
    calls.filter((call) => call.startsWith('limits.')),
    ['limits.readStanding'],
  )
})

test('a store that cannot be read is 454 at once; one that cannot be written slows down and locks nobody out', async (context) => {
  const { fixture, attempt, begin, finish, faults, looks, delayed, settled } = await open(context)
  await attempt(fixture.username({}), fixture.secret, OFFICE)
  await settled()
  faults.write = true
  assert.equal((await attempt(fixture.username({}), fixture.secret, OFFICE)).after, 0)
  const stranger = await attempt(fixture.alias, fixture.secret, '192.0.2.1')
  assert.deepEqual([stranger.outcome.type, stranger.after], ['authenticated', 1000])
  assert.deepEqual(delayed, ['store'])
  const before = looks()
  await finish(Promise.all(Array.from({ length: 1000 }, () => begin('printer', 'x', '203.0.113.7'))))
  assert.equal(looks() - before, 40)
  faults.read = true
  const unavailable = await attempt(fixture.username({}), fixture.secret, OFFICE)
  assert.deepEqual([replyOf(unavailable), unavailable.lookedAfter], ['454 4.7.0', undefined])
})

test('many names from many sources leave nothing of what was typed, and are forgotten', async (context) => {
  const { fixture, begin, finish, settled, clock } = await open(context)
  const typed = 'Pasted~Secret.in.the.wrong.field'
  await finish(begin(typed, 'also-a-secret', '203.0.113.7'))
  await finish(
    Promise.all(Array.from({ length: 1000 }, (_, index) => begin(`${typed}${index}`, 'x', addressOf(index)))),
  )
  await settled()
  const { read, write } = fixture.storage
  assert.ok((await read.loginLimits.listLoginLimits({ at: clock.now(), limit: 10_000 })).length >= 2000)
  for (const file of readdirSync(fixture.directory)) {
    if (!file.startsWith('postern.db')) continue
    const octets = readFileSync(join(fixture.directory, file)).toString('latin1')
    assert.ok(!/Pasted|also-a-secret/i.test(octets), file)
  }
  const sweep = () =>
    write.retention.sweep(clock.now() + MINUTE, {
      messageAge: DAY,
      captureCount: 1,
      captureSize: 1,
      decisionAge: DAY,
      decisionCount: 1,
      auditAge: DAY,
      eventAge: DAY,
    })
  while (await sweep());
  assert.deepEqual(await read.loginLimits.listLoginLimits({ at: 0, limit: 10_000 }), [])
})
