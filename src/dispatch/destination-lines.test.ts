import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Transport } from '../transport/transport.ts'
import type { Admission, DestinationResult } from './delivery-ports.ts'
import { DestinationLines, type Turn } from './destination-lines.ts'

const transport: Transport = { name: 'mx', signs: false, deliver: async () => [] }

/** Each destination has so many permits. */
function open(permits: number) {
  const clock = new ManualClock()
  const used = new Map<string, number>()
  const done: DestinationResult['type'][] = []
  const admit = async (_: Transport, destination: string): Promise<Admission> => {
    const inUse = used.get(destination) ?? 0
    if (inUse >= permits) return { type: 'busy', askAgainAt: clock.now() + 1_000 }
    used.set(destination, inUse + 1)
    const free = (result: DestinationResult) => {
      done.push(result.type)
      used.set(destination, (used.get(destination) ?? 0) - 1)
    }
    return { type: 'admitted', permit: { done: free } }
  }
  const lines = new DestinationLines({ destinationOf: () => '', admit }, clock)
  const never = new AbortController().signal
  const turns: (readonly [string, Turn])[] = []
  const ask = async (name: string, destination = 'one', halt: AbortSignal = never) => {
    void lines.admit(transport, destination, { latest: undefined, halt }).then((turn) => turns.push([name, turn]))
    await settleMicrotasks()
  }
  const finish = async (name: string) => {
    const turn = turns.find(([who]) => who === name)?.[1]
    assert(turn?.type === 'admitted')
    turn.permit.done({ type: 'ok' })
    await settleMicrotasks()
  }
  const told = () => turns.map(([name, { type }]) => `${name} ${type}`)
  return { clock, lines, ask, finish, told, turns, used, done }
}

test('whoever waits goes in the order they came, as permits come free', async () => {
  const { ask, finish, told } = open(1)
  for (const name of ['a', 'b', 'c']) await ask(name)
  assert.deepEqual(told(), ['a admitted'])
  await finish('a')
  assert.deepEqual(told(), ['a admitted', 'b admitted'])
  await finish('b')
  assert.deepEqual(told(), ['a admitted', 'b admitted', 'c admitted'])
})

test('a permit that comes free while the answer is on its way is found', async () => {
  const { lines, ask, finish, told } = open(1)
  await ask('a')
  const halt = new AbortController().signal
  const turn = lines.admit(transport, 'one', { latest: undefined, halt })
  await finish('a')
  assert.deepEqual(told(), ['a admitted'])
  assert.equal((await turn).type, 'admitted')
})

test('a full destination keeps no other waiting', async () => {
  const { ask, told } = open(1)
  await ask('a')
  await ask('b')
  await ask('c', 'two')
  assert.deepEqual(told(), ['a admitted', 'c admitted'])
})

test('permits that come free elsewhere are found at the moment that was named', async () => {
  const { clock, ask, told, used } = open(1)
  await ask('a')
  await ask('b')
  used.set('one', 0)
  clock.advance(1_000)
  await settleMicrotasks()
  assert.deepEqual(told(), ['a admitted', 'b admitted'])
})

test('a line is short, and whoever finds it full comes back one after the other', async () => {
  const { clock, ask, turns } = open(0)
  for (let index = 0; index < 20; index += 1) await ask(`waiting ${index}`)
  assert.equal(turns.length, 0)
  const late: number[] = []
  for (let index = 0; index < 3; index += 1) await ask(`late ${index}`)
  for (const [, turn] of turns) if (turn.type === 'postponed') late.push(turn.until - clock.now())
  assert.deepEqual(late, [1_050, 1_100, 1_150])
})

test('who finds the line full comes back at the pace of what went before, within ten minutes', async () => {
  const { clock, ask, finish, turns } = open(1)
  const absence = () => {
    const turn = turns.at(-1)?.[1]
    assert(turn?.type === 'postponed')
    return turn.until - clock.now()
  }
  for (let index = 0; index < 21; index += 1) await ask(`${index}`)
  for (let index = 0; index < 10; index += 1) {
    clock.advance(2_000)
    await finish(`${index}`)
  }
  for (let index = 21; index < 31; index += 1) await ask(`${index}`)
  await ask('late')
  assert(absence() > 30_000 && absence() < 45_000, `${absence()}`)
  for (let index = 0; index < 500; index += 1) await ask(`later ${index}`)
  assert.equal(absence(), 10 * 60_000)
  for (let index = 10; index < 30; index += 1) {
    clock.advance(5)
    await finish(`${index}`)
    await ask(`${index + 21}`)
  }
  await ask('after all')
  assert(absence() < 30_000, `${absence()}`)
})

test('a time in which nobody came says nothing of the pace', async () => {
  const { clock, ask, finish, turns } = open(1)
  const finishAll = async (names: readonly string[]) => {
    for (const name of names) {
      clock.advance(2_000)
      await finish(name)
    }
  }
  const first = Array.from({ length: 21 }, (_, index) => `${index}`)
  for (const name of first) await ask(name)
  await finishAll(first.slice(0, 15))
  for (let index = 0; index < 115; index += 1) await ask(`more ${index}`)
  await finishAll([...first.slice(15), ...Array.from({ length: 15 }, (_, index) => `more ${index}`)])
  clock.advance(60_000)
  await ask('much later')
  await finishAll(['much later'])
  for (let index = 0; index < 22; index += 1) await ask(`last ${index}`)
  const turn = turns.at(-1)?.[1]
  assert(turn?.type === 'postponed')
  const absence = turn.until - clock.now()
  assert(absence > 60_000 && absence < 160_000, `${absence}`)
})

test('many who come at once find room where there is some', async () => {
  const { lines, told, turns } = open(100)
  const never = new AbortController().signal
  for (let index = 0; index < 101; index += 1)
    void lines
      .admit(transport, 'one', { latest: undefined, halt: never })
      .then((turn) => turns.push([`${index}`, turn]))
  await settleMicrotasks()
  assert.equal(told().length, 100)
  assert.equal(told().at(-1), '99 admitted')
})

test('the longest lines are shed from their ends', async () => {
  const { lines, ask, told } = open(0)
  for (const name of ['a', 'b', 'c']) await ask(name)
  await ask('d', 'two')
  lines.shed(3)
  await settleMicrotasks()
  assert.deepEqual(told().toSorted(), ['b postponed', 'c postponed', 'a postponed'].toSorted())
})

test('who is halted leaves the line at once, and takes no permit', async () => {
  const { ask, finish, told } = open(1)
  const halt = new AbortController()
  await ask('a')
  await ask('b', 'one', halt.signal)
  await ask('c')
  halt.abort()
  await settleMicrotasks()
  await finish('a')
  assert.deepEqual(told(), ['a admitted', 'b postponed', 'c admitted'])
  await ask('d', 'two', halt.signal)
  assert.equal(told().at(-1), 'd postponed')
})

test('no more attempts than memory allows, whatever the number of destinations', async () => {
  const { ask, finish, told } = open(1)
  for (let index = 0; index < 401; index += 1) await ask(`${index}`, `destination ${index}`)
  assert.equal(told().length, 400)
  await finish('7')
  assert.equal(told().at(-1), '400 admitted')
})

test('who stands back while memory is full is asked for when others come to nothing', async () => {
  const clock = new ManualClock()
  const answers: ((admission: Admission) => void)[] = []
  const admit = () => new Promise<Admission>((resolve) => void answers.push(resolve))
  const lines = new DestinationLines({ destinationOf: () => '', admit }, clock)
  const told: string[] = []
  for (let index = 0; index < 401; index += 1)
    void lines
      .admit(transport, `destination ${index}`, { latest: undefined, halt: new AbortController().signal })
      .then(({ type }) => told.push(`${index} ${type}`))
  await settleMicrotasks()
  for (const answer of answers.splice(0)) answer({ type: 'paused', until: clock.now() + 1_000 })
  await settleMicrotasks()
  answers[0]?.({ type: 'paused', until: clock.now() + 1_000 })
  await settleMicrotasks()
  assert.equal(told.at(-1), '400 postponed')
})

test('a permit that comes when nobody waits for it any more is given back', async () => {
  const { promise, resolve } = Promise.withResolvers<Admission>()
  const lines = new DestinationLines({ destinationOf: () => '', admit: () => promise }, new ManualClock())
  const halt = new AbortController()
  const turn = lines.admit(transport, 'one', { latest: undefined, halt: halt.signal })
  halt.abort()
  const results: DestinationResult['type'][] = []
  resolve({ type: 'admitted', permit: { done: ({ type }) => void results.push(type) } })
  assert.equal((await turn).type, 'postponed')
  await settleMicrotasks()
  assert.deepEqual(results, ['unused'])
})
