import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseFairly, Rotation } from './fair-choice.ts'
import { firstLane } from './lane.ts'

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`)

type Case = { name: string; due: string[][][]; limit: number; chosen: string[] }
const cases: Case[] = [
  { name: 'nothing due', due: [], limit: 5, chosen: [] },
  { name: 'one lane gets everything', due: [[ids('a', 9)]], limit: 4, chosen: ['a0', 'a1', 'a2', 'a3'] },
  {
    name: 'applications take turns, however many lanes they have',
    due: [[ids('a', 9), ids('b', 9)], [ids('c', 9)]],
    limit: 6,
    chosen: ['a0', 'c0', 'b0', 'c1', 'a1', 'c2'],
  },
  {
    name: 'lanes of an application take turns',
    due: [[ids('slow', 9), ['quick']]],
    limit: 4,
    chosen: ['slow0', 'quick', 'slow1', 'slow2'],
  },
  { name: 'an id is chosen once', due: [[['a', 'b']], [['a', 'c']]], limit: 9, chosen: ['a', 'b', 'c'] },
]
for (const { name, due, limit, chosen } of cases)
  test(`fair choice: ${name}`, () => assert.deepEqual([...chooseFairly(due, limit)], chosen))

const whole = (application: number) => ({ behind: firstLane(application) - 1, before: firstLane(application + 1) })

test('a rotation goes on behind what was looked at, and begins again when it came round', () => {
  const rotation = new Rotation()
  rotation.moveOn(7, firstLane(7) + 3)
  rotation.moveOn(9, undefined)
  assert.equal(rotation.application, 9)
  assert.deepEqual(rotation.walk(7), { ...whole(7), behind: firstLane(7) + 3 })
  assert.deepEqual(rotation.walk(9), whole(9))
  rotation.moveOn(7, undefined)
  assert.deepEqual(rotation.walk(7), whole(7))
})

test('a rotation forgets the applications that it has not seen for longest', () => {
  const rotation = new Rotation()
  for (let application = 0; application <= 10_000; application += 1)
    rotation.moveOn(application, firstLane(application) + 3)
  assert.deepEqual(rotation.walk(0), whole(0))
  assert.equal(rotation.walk(1).behind, firstLane(1) + 3)
})
