// A server that never mends its ways: the sender is told after four hours that it takes long, and after four days that it is over, once
// each and for every recipient. One fault of each kind at each stage.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { DAY, HOUR, openMailPort, openRig } from './delivery-rig.ts'
import { openRows, publishRows, recipientsOf, reportsIn, rowsOf, seenOf } from './fault-rows.ts'
import { MATRIX } from './matrix.ts'

const PATIENCE = 1000
const KINDS = new Set(['refused', 'close', 'silence', '4xx', 'garbage', 'certificate of a stranger', 'close after 2'])
const STAGES = Object.entries(MATRIX).filter(([stage]) => stage !== 'content')

/** Those whose mail comes to nothing for both recipients. */
const chosen = Object.fromEntries(
  STAGES.map(([stage, faults]) => [
    stage,
    Object.fromEntries(
      Object.entries(faults).filter(([fault, seen]) => KINDS.has(fault) && /^deferred [^;]*$/.test(seen)),
    ),
  ]),
)
const rows = rowsOf(chosen)
const seen = new Map<string, readonly string[]>()

before(async () => {
  const context = { after }
  const home = await openMailPort(context)
  const opened = await openRows(context, rows, home.port)
  const relays = opened.rows.filter(({ isRelayed }) => isRelayed)
  const rig = await openRig(context, home, {
    patience: PATIENCE,
    mx: { ca: opened.ca },
    smarthosts: Object.fromEntries(relays.map(({ domain, host }) => [domain, host.port])),
  })
  await publishRows(rig, rows)
  for (const row of rows) await rig.enqueue(recipientsOf(row))
  const everybody = rows.flatMap(recipientsOf)
  const told = (reports: number) =>
    eventually(async () => {
      const byRecipient = reportsIn(home)
      return everybody.every((recipient) => byRecipient.get(recipient)?.length === reports) || undefined
    }, `${reports} reports on everybody`)
  await rig.attempted(everybody, 1)
  assert.equal(reportsIn(home).size, 0)
  await rig.forward(4 * HOUR)
  await rig.attempted(everybody, 2)
  await told(1)
  await rig.forward(4 * DAY)
  await rig.attempted(everybody, 3)
  await told(2)
  for (const recipient of everybody) seen.set(recipient, (await seenOf(rig, home, recipient)).split(/ > |, /))
  assert.deepEqual(rig.seen.failures, [])
})

describe('told of the delay, then of the end', () => {
  for (const row of rows)
    test(`${row.stage}: ${row.fault}`, () => {
      const [first = ''] = MATRIX[row.stage]?.[row.fault]?.split(' > ') ?? []
      for (const recipient of recipientsOf(row))
        assert.deepEqual(seen.get(recipient), [
          first,
          first,
          'failed 5.4.7',
          'event Failed',
          'DSN delayed',
          'DSN failed',
        ])
    })
})
