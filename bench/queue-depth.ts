// `node bench/queue-depth.ts [--engine sqlite|postgres|both] [--shape one] [--rounds 10] [--fill 256]`: what accepting and lending mail costs while
// 10^3 to 10^6 messages wait, on real stores and through the service's own adapters. Depths take turns within each round, and each
// figure is compared with the one at 10^4 of the same round: on a machine that others use, that ratio is the figure to keep.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createQueueIds } from '../src/spool/queue-id.ts'
import { median, percentile, spread, table } from './figures.ts'
import { type Queue, visit, type Visit } from './queue-depth/measure.ts'
import { fillStatements, type Shape, SHAPES } from './queue-depth/shapes.ts'
import { type Engine, enginesOf } from './stores.ts'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'both' },
    shape: { type: 'string', multiple: true, default: SHAPES.map(({ name }) => name) },
    rounds: { type: 'string', default: '10' },
    messages: { type: 'string', default: '2000' },
    depths: { type: 'string', multiple: true, default: ['1000', '10000', '100000', '1000000'] },
    fill: { type: 'string', default: '256' },
  },
})
const ROUNDS = Number(values.rounds)
const MESSAGES = Number(values.messages)
const DEPTHS = values.depths.map(Number)
/** Octets of each message that waits: no claim reads them. */
const FILL = Number(values.fill)
const REFERENCE = 10_000

async function openQueue(engine: Engine, shape: Shape, depth: number): Promise<Queue> {
  const store = await engine.open((octets) => fillStatements(shape, depth, Date.now(), FILL, octets.zeros(FILL)))
  return { ...store, shape, depth, nextQueueId: createQueueIds(Date.now, randomBytes) }
}

/** Round 0 warms up and is not kept. */
async function measure(engine: Engine, shape: Shape): Promise<ReadonlyMap<number, readonly Visit[]>> {
  const queues: Queue[] = []
  const visits = new Map<number, Visit[]>(DEPTHS.map((depth) => [depth, []]))
  for (const depth of DEPTHS) {
    process.stderr.write(`${engine.name}, ${shape.name}: filling ${depth}\n`)
    queues.push(await openQueue(engine, shape, depth))
  }
  for (let round = 0; round <= ROUNDS; round += 1) {
    process.stderr.write(`${engine.name}, ${shape.name}: round ${round} of ${ROUNDS}\n`)
    // Another depth is first each time: what the one before left to be done is not always the same one's burden.
    for (const [index] of queues.entries()) {
      const queue = queues[(index + round) % queues.length] as Queue
      const one = await visit(engine, queue, MESSAGES)
      if (round > 0) visits.get(queue.depth)?.push(one)
    }
  }
  for (const queue of queues) await queue.close()
  return visits
}

const HEAD = [
  'waiting',
  'accepted per s',
  'ratio',
  'client CPU ms',
  'server CPU ms',
  'CPU ratio',
  'claim p50 ms',
  'claim p99',
  'claim+settle p50',
  'ratio',
  'claim+settle CPU ms',
  'ratio',
]

function rows(visits: ReadonlyMap<number, readonly Visit[]>): string[][] {
  const reference = visits.get(REFERENCE) ?? []
  return [...visits].map(([depth, these]) => {
    const of = (figure: (one: Visit) => number, digits: number) => spread(these.map(figure), digits)
    const ratio = (figure: (one: Visit) => number) =>
      spread(
        these.map((one, round) => figure(one) / figure(reference[round] ?? one)),
        2,
      )
    const cpu = (one: Visit) => one.clientCpu + one.serverCpu
    return [
      depth.toLocaleString('en'),
      of((one) => one.perSecond, 0),
      ratio((one) => one.perSecond),
      of((one) => one.clientCpu, 3),
      of((one) => one.serverCpu, 3),
      ratio(cpu),
      of((one) => median(one.claims), 1),
      percentile(
        these.flatMap((one) => one.claims),
        0.99,
      ).toFixed(1),
      of(lending, 1),
      ratio(lending),
      of((one) => one.lendingCpu, 3),
      ratio((one) => one.lendingCpu),
    ]
  })
}

/** Claim and settle together. */
const lending = ({ claims, settlements }: Visit): number =>
  median(claims.map((claimed, index) => claimed + (settlements[index] ?? Number.NaN)))

for (const open of enginesOf(values.engine)) {
  const engine = await open()
  for (const shape of SHAPES.filter(({ name }) => values.shape.includes(name))) {
    const visits = await measure(engine, shape)
    process.stdout.write(`\n${engine.name}: ${shape.what}\n\n${table([HEAD, ...rows(visits)])}`)
  }
  await engine.close()
}
