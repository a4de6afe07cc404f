// Every store of login limits passes this suite: what is counted is forgotten at its time, nothing is counted twice or lost when many
// count at once, and hostile names do not fill it.

import assert from 'node:assert/strict'
import type { LoginCharge, AttemptRecord, LoginSubject } from './login-limits.ts'
import { type MailStore, mailTests } from './mail-store.fixture.ts'
import { KNOWN_SOURCE_AGE, MAX_KNOWN_SOURCES, MAX_LOGIN_LIMITS } from './sql/login-limits.ts'
import { A, AT, B } from './two-tenants.fixture.ts'

const COST = 30_000
const CEILING = 40 * COST
const DAY = 86_400_000

const source = (key: string): LoginSubject => ({ kind: 'source', key, shown: `network ${key}` })
const username = (key: string, tenantId?: string): LoginSubject => ({
  kind: 'username',
  key,
  shown: `name ${key}`,
  ...(tenantId === undefined ? {} : { tenantId }),
})
const charge = (subject: LoginSubject, count = 1): LoginCharge => ({ subject, count, cost: COST, ceiling: CEILING })
const entry = (at: number, record: Partial<AttemptRecord>): AttemptRecord => ({
  at,
  charges: [],
  refunds: [],
  known: [],
  trim: false,
  ...record,
})

const record = (store: MailStore, at: number, ...charges: readonly LoginCharge[]) =>
  store.write.loginLimits.recordAttempts(entry(at, { charges }))

const standing = (store: MailStore, usernameKey: string, network: string) =>
  store.read.loginLimits.readStanding({ known: { usernameKey, sourceKey: network }, sourceKey: network })

const list = (store: MailStore, at: number, tenantId?: string) =>
  store.read.loginLimits.listLoginLimits({ at, limit: 10, ...(tenantId === undefined ? {} : { tenantId }) })

/** `open` gives an empty store. */
export function describeLoginLimits(name: string, open: () => Promise<MailStore>): void {
  const limitTest = mailTests(`${name} login limits`, open)
  describeCounting(limitTest)
  describeForgetting(limitTest)
  describeKnownSources(limitTest)
  describeWhoSees(limitTest)
}

type LimitTest = ReturnType<typeof mailTests>

function describeCounting(limitTest: LimitTest): void {
  limitTest('a charge tells what stood before it, and what stands is told to everybody', async (store) => {
    const [first] = await record(store, AT, charge(source('n'), 3))
    assert.deepEqual(first, { backlog: 0, since: AT, attempts: 3 })
    const [second] = await record(store, AT + 10_000, charge(source('n')))
    assert.deepEqual(second, { backlog: 3 * COST - 10_000, since: AT, attempts: 4 })
    assert.deepEqual((await standing(store, 'u', 'n')).source, {
      until: AT + 4 * COST,
      since: AT,
      attempts: 4,
      lastAt: AT + 10_000,
    })
    assert.deepEqual(await standing(store, 'u', 'other'), { knownAt: undefined, source: undefined })
  })

  limitTest('what is over counts for nothing, swept or not', async (store) => {
    await record(store, AT, charge(source('n'), 2))
    const later = AT + 2 * COST
    assert.deepEqual(await record(store, later, charge(source('n'))), [{ backlog: 0, since: later, attempts: 1 }])
  })

  limitTest('a clock that is set back counts against nobody, and forgets nothing', async (store) => {
    await record(store, AT + DAY, charge(source('n'), 2))
    assert.deepEqual(await record(store, AT, charge(source('n'))), [
      { backlog: 2 * COST, since: AT + DAY, attempts: 3 },
    ])
    assert.equal((await standing(store, 'u', 'n')).source?.until, AT + 3 * COST)
  })

  limitTest('nothing is counted beyond the ceiling, so that everything is forgotten some time', async (store) => {
    await record(store, AT, charge(source('n'), 1000))
    assert.deepEqual(await record(store, AT, charge(source('n'))), [{ backlog: CEILING, since: AT, attempts: 1001 }])
    assert.equal((await standing(store, 'u', 'n')).source?.until, AT + CEILING)
  })

  limitTest('levels are told in the order of the charges, whatever their kind', async (store) => {
    const subjects = [username('z'), source('b'), username('a'), source('a')]
    await record(store, AT, ...subjects.map((subject, index) => charge(subject, index + 1)))
    const levels = await record(store, AT, ...subjects.map((subject) => charge(subject)))
    assert.deepEqual(
      levels.map(({ backlog }) => backlog / COST),
      [1, 2, 3, 4],
    )
  })

  limitTest('of many that count at once, each has its own place', async (store) => {
    const levels = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        record(store, AT, charge(source('n')), charge(username('u')), charge(source(`other ${index}`))),
      ),
    )
    for (const which of [0, 1]) {
      const places = levels.map((level) => (level[which]?.backlog ?? -1) / COST).sort((one, other) => one - other)
      assert.deepEqual(
        places,
        Array.from({ length: 30 }, (_, index) => index),
      )
    }
  })

  limitTest('a refund takes back what was added', async (store) => {
    await record(store, AT, charge(source('n'), 5), charge(username('n'), 5))
    const refunds = [{ kind: 'source', key: 'n', amount: 2 * COST, count: 2 } as const]
    await store.write.loginLimits.recordAttempts(entry(AT, { refunds }))
    assert.deepEqual((await standing(store, 'u', 'n')).source, {
      until: AT + 3 * COST,
      since: AT,
      attempts: 3,
      lastAt: AT,
    })
    assert.deepEqual(
      (await list(store, AT)).map(({ kind, attempts }) => [kind, attempts]),
      [
        ['username', 5],
        ['source', 3],
      ],
    )
  })
}

function describeForgetting(limitTest: LimitTest): void {
  const limits = {
    messageAge: 1e15,
    captureCount: 1e15,
    captureSize: 1e15,
    decisionAge: 1e15,
    decisionCount: 1e15,
    auditAge: 1e15,
    eventAge: 1e15,
  }

  limitTest('retention sweeps what is over and what nobody came from for 30 days', async (store) => {
    const known = [{ usernameKey: 'u', sourceKey: 'n' }]
    await store.write.loginLimits.recordAttempts(entry(AT, { charges: [charge(source('n'))], known }))
    await record(store, AT, charge(source('worse'), 2))
    while (await store.write.retention.sweep(AT + COST, limits));
    assert.deepEqual(
      (await list(store, AT)).map(({ key }) => key),
      ['worse'],
    )
    while (await store.write.retention.sweep(AT + KNOWN_SOURCE_AGE - 1, limits));
    assert.equal((await standing(store, 'u', 'n')).knownAt, AT)
    while (await store.write.retention.sweep(AT + KNOWN_SOURCE_AGE, limits));
    assert.equal((await standing(store, 'u', 'n')).knownAt, undefined)
  })

  limitTest('a flood of names goes before what is counted often', async (store) => {
    await record(store, AT, charge(source('the attacker'), 40), charge(username('the name'), 25))
    for (let batch = 0; batch * 2000 < 2 * MAX_LOGIN_LIMITS; batch += 1) {
      const charges = Array.from({ length: 2000 }, (_, index) => charge(username(`hostile ${batch} ${index}`)))
      await store.write.loginLimits.recordAttempts(entry(AT, { charges, trim: true }))
    }
    const left = await store.read.loginLimits.listLoginLimits({ at: AT, limit: 2 * MAX_LOGIN_LIMITS })
    assert.equal(left.length, MAX_LOGIN_LIMITS)
    assert.deepEqual(
      left.slice(0, 2).map(({ key, attempts }) => [key, attempts]),
      [
        ['the attacker', 40],
        ['the name', 25],
      ],
    )
  })
}

function describeKnownSources(limitTest: LimitTest): void {
  limitTest('a source is known for one username, from the last time on', async (store) => {
    const known = [{ usernameKey: 'u', sourceKey: 'n' }]
    await store.write.loginLimits.recordAttempts(entry(AT, { known }))
    await store.write.loginLimits.recordAttempts(entry(AT + DAY, { known }))
    assert.equal((await standing(store, 'u', 'n')).knownAt, AT + DAY)
    assert.equal((await standing(store, 'other', 'n')).knownAt, undefined)
    assert.equal((await standing(store, 'u', 'other')).knownAt, undefined)
  })

  limitTest('of one username the sources seen last are kept', async (store) => {
    const OLD = 150
    const keys = Array.from({ length: MAX_KNOWN_SOURCES + OLD }, (_, index) => `network ${index}`)
    const knownAt = (at: number, sources: readonly string[]) =>
      store.write.loginLimits.recordAttempts(
        entry(at, { known: sources.map((sourceKey) => ({ usernameKey: 'u', sourceKey })) }),
      )
    await knownAt(AT + 1, keys.slice(OLD))
    await knownAt(AT, keys.slice(0, OLD))
    await store.write.loginLimits.recordAttempts(entry(AT, { known: [{ usernameKey: 'v', sourceKey: 'network 0' }] }))
    const seen = await Promise.all(keys.map(async (key) => (await standing(store, 'u', key)).knownAt !== undefined))
    assert.deepEqual(seen.indexOf(true), OLD)
    assert.ok(!seen.slice(OLD).includes(false))
    assert.equal((await standing(store, 'v', 'network 0')).knownAt, AT)
  })
}

function describeWhoSees(limitTest: LimitTest): void {
  const everything = (store: MailStore) =>
    record(
      store,
      AT,
      charge(source('n'), 9),
      charge(username('of a', A.tenantId), 8),
      charge({ kind: 'tenant', key: 'a', shown: A.tenantId, tenantId: A.tenantId }, 7),
      charge(username('of b', B.tenantId), 6),
      charge(username('of nobody', 'no such tenant'), 5),
      charge(username('short'), 4),
      charge({ kind: 'token', key: 'n', shown: 'network n' }, 3),
    )

  limitTest('the worst come first; a tenant sees its own, and names that name no tenant', async (store) => {
    await everything(store)
    const keys = async (tenantId?: string) => (await list(store, AT, tenantId)).map(({ kind, key }) => `${kind} ${key}`)
    assert.deepEqual(await keys(), [
      'source n',
      'username of a',
      'tenant a',
      'username of b',
      'username of nobody',
      'username short',
      'token n',
    ])
    assert.deepEqual(await keys(A.tenantId), ['username of a', 'tenant a', 'username short'])
    assert.deepEqual((await list(store, AT, B.tenantId))[0], {
      ...username('of b', B.tenantId),
      attempts: 6,
      since: AT,
      lastAt: AT,
      until: AT + 6 * COST,
    })
    assert.deepEqual((await list(store, AT + 8 * COST)).length, 1)
  })

  limitTest('one is cleared, or all of a tenant, or everything; no epoch moves', async (store) => {
    await everything(store)
    const epoch = await store.read.directory.readEpoch(A.tenantId)
    assert.equal(await store.write.loginLimits.clearLoginLimits({ kind: 'source', key: 'n' }), 1)
    assert.equal(await store.write.loginLimits.clearLoginLimits({ kind: 'source', key: 'n' }), 0)
    assert.equal(await store.write.loginLimits.clearLoginLimits({ tenantId: A.tenantId }), 2)
    assert.equal((await list(store, AT)).length, 4)
    assert.equal(await store.write.loginLimits.clearLoginLimits('everything'), 4)
    assert.deepEqual(await list(store, AT), [])
    assert.equal(await store.read.directory.readEpoch(A.tenantId), epoch)
  })
}
