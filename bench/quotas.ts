// `node bench/quotas.ts [--engine sqlite|postgres|both] [--rounds 10] [--messages 2000]`: what counting against quotas adds to taking a
// message, on real stores and through the service's own adapters. The variants take turns within each round and are compared with the
// one without a quota of the same round: on a machine that others use, that difference is the figure to keep.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type PackedTerms, packTerms } from '../src/quota/packed-terms.ts'
import { type QuotaLimits, subjectsOf } from '../src/quota/quota.ts'
import { createQueueIds } from '../src/spool/queue-id.ts'
import { envelope, type MailStore, SERVICE } from '../src/storage/mail-store.fixture.ts'
import { A } from '../src/storage/two-tenants.fixture.ts'
import { spread, table } from './figures.ts'
import { cpuSince, type Engine, enginesOf } from './stores.ts'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'both' },
    rounds: { type: 'string', default: '10' },
    messages: { type: 'string', default: '2000' },
  },
})
const ROUNDS = Number(values.rounds)
const MESSAGES = Number(values.messages)
/** Enqueues under way at once, as the sessions of an edge would have them. */
const CALLERS = 32
const CONTENT = Buffer.alloc(4096, 'The printer on the third floor is out of paper.\r\n')

const LARGE: QuotaLimits = { messages: { minute: 1e7, hour: 1e8, day: 1e9 }, recipients: { day: 1e9 } }
const all = subjectsOf({ applicationId: A.applicationId, resourceId: SERVICE, domain: 'contoso.example' })
const termsOf = (count: number): PackedTerms =>
  packTerms(all.slice(0, count).map((subject) => ({ subject, limits: LARGE })))
const VARIANTS = [
  ['no quota', undefined],
  ['of the application', termsOf(1)],
  ['of application, service and domain', termsOf(3)],
] as const

type Visit = { readonly cpu: number; readonly perSecond: number }

async function visit(
  engine: Engine,
  store: MailStore,
  nextQueueId: () => string,
  terms: PackedTerms | undefined,
): Promise<Visit> {
  const epoch = (await store.read.directory.readEpoch(A.tenantId)) ?? 0
  let left = MESSAGES
  const caller = async () => {
    while (left-- > 0) {
      const writer = store.content.begin()
      await writer.append(Buffer.from(CONTENT))
      const content = await writer.seal()
      const message = { envelope: envelope({ queueId: nextQueueId(), receivedAt: Date.now() }), content, epoch }
      const outcome = await store.write.spool.enqueue({ ...message, ...(terms && { terms }) })
      if (outcome.type !== 'queued') throw new Error(`a message was not queued: ${JSON.stringify(outcome)}`)
    }
  }
  const [cpu, begin] = [cpuSince(engine), performance.now()]
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const { client, server } = cpu()
  const seconds = (performance.now() - begin) / 1000
  return { cpu: ((client + server) / MESSAGES) * 1000, perSecond: MESSAGES / seconds }
}

async function measure(engine: Engine): Promise<string> {
  const store = await engine.open(() => [])
  const nextQueueId = createQueueIds(Date.now, randomBytes)
  const visits = VARIANTS.map((): Visit[] => [])
  // Round 0 warms up and is not kept.
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const index of VARIANTS.keys()) {
      const at = (index + round) % VARIANTS.length
      const one = await visit(engine, store, nextQueueId, VARIANTS[at]?.[1])
      if (round > 0) visits[at]?.push(one)
    }
  await store.close()
  const rows = VARIANTS.map(([name], index) => {
    const own = visits[index] ?? []
    const added = own.map(({ cpu }, round) => cpu - (visits[0]?.[round]?.cpu ?? Number.NaN))
    const perSecond = own.map((one) => one.perSecond)
    return [
      name,
      spread(
        own.map(({ cpu }) => cpu),
        0,
      ),
      index === 0 ? '' : spread(added, 0),
      spread(perSecond, 0),
    ]
  })
  return table([[`${engine.name}: quota`, 'CPU µs a message', 'added µs', 'accepted per s'], ...rows])
}

for (const open of enginesOf(values.engine)) {
  const engine = await open()
  process.stdout.write(`${await measure(engine)}\n`)
  await engine.close()
}
