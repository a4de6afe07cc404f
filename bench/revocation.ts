// `node bench/revocation.ts [--store postgres [--nodes 2]]`: how long a right lives on after the management API has answered that it is gone, in milliseconds up to the
// refused MAIL of an SMTP session that was open before, over STARTTLS. Were a MAIL still accepted, it is counted, reset and tried again.
// With two nodes the session is open on one, and the API of the other one answers.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareRevocations, type Revocation } from '../test/azure/revocations.ts'
import { startPostgres } from '../test/fixtures/postgres-server.ts'
import { type QuickstartService, startIn } from '../test/fixtures/quickstart-service.ts'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 200)
const WARM_UP = 3

type Round = { readonly milliseconds: number; readonly acceptedMeanwhile: number }

async function measure({ refused, open }: Revocation): Promise<Round> {
  const { dialogue, from, revoke } = await open()
  await revoke()
  const answeredAt = performance.now()
  for (let acceptedMeanwhile = 0; ; acceptedMeanwhile++) {
    const reply = await dialogue.command(`MAIL FROM:<${from}>`)
    const milliseconds = performance.now() - answeredAt
    if (refused.test(reply)) {
      dialogue.destroy()
      return { milliseconds, acceptedMeanwhile }
    }
    if (!reply.startsWith('250')) throw new Error(`neither accepted nor refused as expected: ${reply}`)
    await dialogue.command('RSET')
  }
}

/** The nearest rank. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

function row(name: string, rounds: readonly Round[]): string {
  const sorted = rounds.map((round) => round.milliseconds).sort((a, b) => a - b)
  const figures = [0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(2).padStart(8))
  const accepted = rounds.reduce((sum, round) => sum + round.acceptedMeanwhile, 0)
  return `${name.padEnd(32)}${figures.join('')}${String(accepted).padStart(10)}\n`
}

const { values } = parseArgs({
  options: { store: { type: 'string', default: 'sqlite' }, nodes: { type: 'string', default: '1' } },
})
const onPostgres = values.store === 'postgres'
const nodeCount = Number(values.nodes)
if (nodeCount > 1 && !onPostgres) throw new Error('more than one node needs --store postgres')

const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const postgres = onPostgres ? await startPostgres() : undefined
const nodes: QuickstartService[] = []
try {
  const variables: Record<string, string> =
    postgres === undefined ? {} : { POSTERN_STORE: await postgres.createDatabase() }
  for (let node = 0; node < nodeCount; node++) nodes.push(await startIn(join(directory, String(node)), variables))
  const [edge, api] = [nodes[0], nodes.at(-1)] as [QuickstartService, QuickstartService]
  const where = `${values.store}, ${nodeCount === 1 ? 'one node' : `${nodeCount} nodes`}`
  process.stdout.write(`Milliseconds from the API's answer to the refused MAIL, ${where}, ${ROUNDS} rounds each\n\n`)
  process.stdout.write(`${''.padEnd(32)}${['p50', 'p99', 'max'].map((one) => one.padStart(8)).join('')}  accepted\n`)
  for (const revocation of await prepareRevocations(api, edge)) {
    const rounds: Round[] = []
    for (let round = 0; round < WARM_UP + ROUNDS; round++) rounds.push(await measure(revocation))
    process.stdout.write(row(revocation.name, rounds.slice(WARM_UP)))
  }
} finally {
  await Promise.all(nodes.map((node) => node.stop()))
  await postgres?.stop()
  rmSync(directory, { recursive: true, force: true })
}
