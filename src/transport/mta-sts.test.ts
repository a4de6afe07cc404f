import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { StoreError } from '../storage/store-error.ts'
import type { StoredStsPolicy } from '../storage/transport-policies.ts'
import { createFakeDns, type FakeRecords } from './fake-dns.fixture.ts'
import type { FetchedPolicy } from './fetch-sts-policy.ts'
import { createStsPolicies } from './mta-sts.ts'
import type { StsPolicy } from './sts-policy.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const ENFORCE: StsPolicy = { mode: 'enforce', patterns: ['mx.a.org'], maxAge: 7 * 86_400 }
const NO_ANSWER: FetchedPolicy = { type: 'failed', tlsResult: 'sts-policy-fetch-error', detail: 'it cannot be fetched' }

/** A store that is a variable, and a domain whose owner changes their mind. */
function createScene() {
  const clock = new ManualClock()
  const table: Record<string, FakeRecords> = {}
  const state: { answer: FetchedPolicy; stored?: StoredStsPolicy; away: boolean } = { answer: NO_ANSWER, away: false }
  const fetched: string[] = []
  const policies = createStsPolicies({
    dns: { resolveTxt: (name) => createFakeDns(table).resolveTxt(name) },
    async fetchPolicy(domain) {
      fetched.push(domain)
      return state.answer
    },
    reader: {
      async readStsPolicy() {
        if (state.away) throw new StoreError('unavailable', '')
        return state.stored
      },
    },
    writer: {
      async putStsPolicy(policy) {
        if (state.away) throw new StoreError('unavailable', '')
        state.stored = policy
      },
    },
    clock,
  })
  return {
    clock,
    state,
    fetched,
    announce(record: FakeRecords | string) {
      table['_mta-sts.a.org'] = typeof record === 'string' ? { txt: [`v=STSv1; id=${record};`] } : record
    },
    publish(policy: Partial<StsPolicy> = {}) {
      state.answer = { type: 'fetched', policy: { ...ENFORCE, ...policy } }
    },
    /** The mode that holds now, and why a policy could not be had. */
    async ask() {
      const standing = await policies('a.org')
      if (standing.type === 'unavailable') return 'unavailable'
      return [standing.policy?.mode, standing.failure?.tlsResult].filter((part) => part !== undefined).join(' ')
    },
  }
}

test('without an announcement nothing is fetched', async () => {
  const scene = createScene()
  scene.publish()
  assert.equal(await scene.ask(), '')
  scene.announce({ unavailable: ['TXT'] })
  assert.equal(await scene.ask(), '')
  assert.deepEqual(scene.fetched, [])
})

test('a policy is fetched once, and again when its id changes or a day is over', async () => {
  const scene = createScene()
  scene.announce('1')
  scene.publish()
  assert.deepEqual([await scene.ask(), await scene.ask(), scene.fetched.length], ['enforce', 'enforce', 1])
  scene.announce('2')
  scene.publish({ mode: 'testing' })
  assert.deepEqual([await scene.ask(), await scene.ask(), scene.fetched.length], ['testing', 'testing', 2])
  scene.clock.advance(DAY)
  assert.deepEqual([await scene.ask(), scene.fetched.length], ['testing', 3])
})

const outages: readonly {
  readonly name: string
  readonly begin: (scene: ReturnType<typeof createScene>) => void
  readonly seen: string
}[] = [
  { name: 'the announcement is gone', begin: ({ announce }) => announce({}), seen: 'enforce' },
  { name: 'the DNS does not answer', begin: ({ announce }) => announce({ unavailable: ['TXT'] }), seen: 'enforce' },
  {
    name: 'two announcements',
    begin: ({ announce }) => announce({ txt: ['v=STSv1; id=1', 'v=STSv1; id=2'] }),
    seen: 'enforce',
  },
  {
    name: 'a new policy cannot be fetched',
    begin: ({ announce, state }) => (announce('2'), void (state.answer = NO_ANSWER)),
    seen: 'enforce sts-policy-fetch-error',
  },
]
for (const { name, begin, seen } of outages)
  test(`the policy that was fetched last holds until its end: ${name}`, async () => {
    const scene = createScene()
    scene.announce('1')
    scene.publish()
    await scene.ask()
    begin(scene)
    assert.equal(await scene.ask(), seen)
    scene.clock.advance(7 * DAY - 1)
    assert.equal(await scene.ask(), seen)
    scene.clock.advance(1)
    assert.equal(await scene.ask(), seen.replace(/^enforce ?/, ''))
  })

test('a policy that cannot be fetched, and none before: nothing holds, and five minutes pass before the next fetch', async () => {
  const scene = createScene()
  scene.announce('1')
  assert.equal(await scene.ask(), 'sts-policy-fetch-error')
  scene.publish()
  scene.clock.advance(5 * MINUTE - 1)
  assert.deepEqual([await scene.ask(), scene.fetched.length], ['sts-policy-fetch-error', 1])
  scene.announce('2')
  assert.deepEqual([await scene.ask(), scene.fetched.length], ['enforce', 2])
  scene.announce('1')
  scene.clock.advance(1)
  assert.deepEqual([await scene.ask(), scene.fetched.length], ['enforce', 3])
})

test('a policy that is withdrawn asks for nothing', async () => {
  const scene = createScene()
  scene.announce('1')
  scene.publish({ mode: 'none', patterns: [] })
  assert.deepEqual([await scene.ask(), await scene.ask(), scene.fetched.length], ['', '', 1])
})

test('a policy of no age holds for the message that it was fetched for', async () => {
  const scene = createScene()
  scene.announce('1')
  scene.publish({ maxAge: 0 })
  assert.equal(await scene.ask(), 'enforce')
  scene.announce({})
  assert.equal(await scene.ask(), '')
})

test('a store that is away leaves open what was promised', async () => {
  const scene = createScene()
  scene.announce('1')
  scene.publish()
  scene.state.away = true
  assert.equal(await scene.ask(), 'unavailable')
})
