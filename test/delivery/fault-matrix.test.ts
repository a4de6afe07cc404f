// What becomes of a message whatever a receiving server does, and at whatever moment: for each stage and each fault the outcome of each
// recipient, the event, the report to the sender, and the copies that the server may have. The whole dispatcher with the real
// transports against scripted servers, all at once. With POSTERN_PRINT_MATRIX=1 the matrix is printed.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { type DeliveryRig, openMailPort, openRig } from './delivery-rig.ts'
import {
  longContent,
  openRows,
  type OpenedRow,
  publishRows,
  recipientsOf,
  reportsIn,
  rowsOf,
  seenOf,
} from './fault-rows.ts'
import { MATRIX } from './matrix.ts'

const PATIENCE = 5000
const MINUTE = 60_000
const rows = rowsOf(MATRIX)
const seen = new Map<string, string>()
const copiesOf = new Map<string, number>()
const bounced = { events: new Set<string>(), suppressed: new Set<string>() }

before(async () => {
  const context = { after }
  const home = await openMailPort(context)
  const broken = new Set<string>(rows.filter(({ stage }) => stage === 'content').map((row) => recipientsOf(row)[0]))
  const opened = await openRows(context, rows, home.port)
  const relays = opened.rows.filter(({ isRelayed }) => isRelayed)
  const rig = await openRig(context, home, {
    patience: PATIENCE,
    mx: { ca: opened.ca },
    smarthosts: Object.fromEntries(relays.map(({ domain, host }) => [domain, host.port])),
    octetsOf: (recipient) => {
      const row = broken.has(recipient) ? rows.find((each) => recipientsOf(each)[0] === recipient) : undefined
      return row && longContent(row)
    },
  })
  await publishRows(rig, rows)
  for (const row of rows) await rig.enqueue(recipientsOf(row))
  const everybody = rows.flatMap(recipientsOf)
  await rig.attempted(everybody, 1)
  await eventually(
    async () =>
      reportsIn(home).size >= rig.seen.settled.filter(({ status }) => status === 'failed').length || undefined,
    'the reports on failures',
  )
  broken.clear()
  await Promise.all(opened.rows.map(({ host }) => host.mend()))
  await rig.forward(3 * MINUTE)
  await rig.attempted(
    everybody.filter((recipient) => isDeferred(rig, recipient)),
    2,
  )
  for (const row of opened.rows) seen.set(keyOf(row), await summaryOf(rig, home, row))
  assert.deepEqual(rig.seen.failures, [])
  assert.equal(rig.seen.ambiguous, rig.seen.settled.filter(({ ambiguous }) => ambiguous === true).length)
  for (const { data } of await rig.events())
    if (data['status'] === 'Bounced') bounced.events.add(String(data['recipient']))
  bounced.suppressed = await rig.suppressed(everybody)
})

const isDeferred = ({ seen: { settled } }: DeliveryRig, recipient: string) =>
  settled.find((one) => one.recipient === recipient)?.status === 'deferred'

const keyOf = ({ stage, fault }: { readonly stage: string; readonly fault: string }) => `${stage}: ${fault}`

async function summaryOf(rig: DeliveryRig, home: Parameters<typeof seenOf>[1], row: OpenedRow): Promise<string> {
  const [first, second] = await Promise.all(recipientsOf(row).map((recipient) => seenOf(rig, home, recipient)))
  const copies = row.host.taken()
  copiesOf.set(keyOf(row), copies)
  return (first === second ? first : `${first}; the other ${second}`) ?? ''
}

for (const [stage, faults] of Object.entries(MATRIX))
  describe(stage, () => {
    for (const [fault, expected] of Object.entries(faults))
      test(fault, () => assert.equal(seen.get(keyOf({ stage, fault })), expected))
  })

test('a copy is made only where the timeline says that there may be one', () => {
  // What was refused after the dot arrived whole, and was not kept; what is sent to one recipient after the other is no copy.
  const isKept = (key: string) => !/^end: (?:4xx|5xx|421)$|^RCPT: /.test(key)
  const copied = [...copiesOf].filter(([key, copies]) => copies > 1 && isKept(key)).map(([key]) => key)
  assert.equal(copied.length, 8)
  for (const key of copied) assert.match(seen.get(key) ?? '', /ambiguous/, key)
  assert.ok([...copiesOf.values()].every((copies) => copies <= 2))
})

test('an address that bounced is suppressed, and no other', () => {
  assert.deepEqual(bounced.suppressed, bounced.events)
  assert.deepEqual([...bounced.events], ['first@no-such-mailbox.rcpt.example.net'])
})

after(() => {
  if (process.env['POSTERN_PRINT_MATRIX'] === undefined) return
  for (const [key, text] of seen) console.log(`${key.padEnd(50)} ${text}`)
})
