// `node bench/simulate/run.ts`: the tables of docs/scale-out.md. Nothing here is a measurement; what the model is fed with is, and is
// named there. The same numbers come out on every machine.

import { simulateFairness } from './fairness.ts'
import { type Database, simulateEnqueue } from './group-enqueue.ts'
import { simulateOutage, simulateShards } from './shards.ts'

const SEED = 20_250

type Row = readonly (string | number)[]

function table(title: string, head: Row, rows: readonly Row[]): void {
  const line = (row: Row) => `| ${row.join(' | ')} |`
  console.log(`\n${title}\n\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}`)
}

const round = (value: number, digits = 1) => value.toFixed(digits)
const thousands = (value: number) => Math.round(value).toLocaleString('en')

/** Of hot-path measurements with two shared cores: 4,372/s one by one and 30,023/s by 32, on two connections. */
const MEASURED: Database = { fixed: 0.41, perMessage: 0.053, parallel: 2 }
/** The same statement on a server with eight cores for it. */
const LARGER: Database = { ...MEASURED, parallel: 8 }

function enqueueRows(database: Database, edges: number, rates: readonly number[]): readonly Row[] {
  return rates.map((rate) => {
    const { accepted, p50, p99, groupSize, utilisation } = simulateEnqueue(database, edges, rate / 1000, 4_000, SEED)
    return [
      thousands(rate),
      thousands(accepted),
      round(groupSize),
      round(p50),
      round(p99),
      `${round(100 * utilisation, 0)} %`,
    ]
  })
}

const ENQUEUE_HEAD = [
  'offered/s',
  'accepted/s',
  'messages in a statement',
  'wait p50 ms',
  'wait p99 ms',
  'database busy',
]
table(
  'One database, 2 statements at once, 8 edge threads',
  ENQUEUE_HEAD,
  enqueueRows(MEASURED, 8, [500, 2_000, 8_000, 16_000, 24_000, 32_000]),
)
table(
  'One database, 8 statements at once, 64 edge threads',
  ENQUEUE_HEAD,
  enqueueRows(LARGER, 64, [2_000, 11_600, 34_700, 60_000, 100_000, 140_000]),
)

table(
  'Tenants on shards (10,000 tenants)',
  ['shards', 'skew', 'fullest, by hash', 'fullest, of two choices', 'largest tenant'],
  [4, 8, 16, 64].flatMap((shards) =>
    [0.6, 1].map((skew) => {
      const { fullestByHash, fullestOfTwo, largestTenant } = simulateShards(10_000, shards, skew, SEED)
      return [shards, skew, ...[fullestByHash, fullestOfTwo, largestTenant].map((load) => `${round(load, 2)} × mean`)]
    }),
  ),
)

table(
  'One shard of eight away; clients come back every 60 s',
  ['away for s', 'headroom', 'refused meanwhile (451)', 'caught up after s'],
  [30, 300].flatMap((outage) =>
    [1.25, 2].map((headroom) => {
      const { refusedShare, catchUp } = simulateOutage(8, outage, 60, headroom)
      return [outage, `${headroom} ×`, `${round(100 * refusedShare)} %`, thousands(catchUp)]
    }),
  ),
)

const BURST = { burst: 1_000_000, others: 100, ratePerOther: 1, deliveries: 1_000, duration: 600 }
table(
  'A burst of 1,000,000 messages beside 100 applications with one message a second each; 1,000 deliveries a second',
  ['order', 'the others wait p50 s', 'p99 s', 'longest s'],
  (['oldest first', 'turns'] as const).map((order) => {
    const { p50, p99, worst } = simulateFairness(order, BURST, SEED)
    return [order, round(p50, 3), round(p99, 3), round(worst, 3)]
  }),
)
