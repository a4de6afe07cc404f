// A PostgreSQL for services under measurement, which tells what it used between two moments: CPU, and how many messages went into one
// enqueue statement on average.

import { startPostgres } from '../test/fixtures/postgres-server.ts'
import { postgresCpu } from './postgres-cpu.ts'

export type MeasuredDatabase = {
  /** A new, empty database. */
  create(): Promise<{
    readonly url: string
    begin(): Promise<void>
    /** Since `begin`. */
    end(): Promise<{ readonly cpuMilliseconds: number; readonly group: number }>
    drop(): Promise<void>
  }>
  close(): Promise<void>
}

/** As a machine of this size would have it; the tests' own server is smaller. */
const SETTINGS = ['shared_buffers=1GB', 'max_wal_size=4GB', 'shared_preload_libraries=pg_stat_statements']

const GROUPS = `
  SELECT sum(rows) / nullif(sum(calls), 0) AS size FROM pg_stat_statements
  WHERE query LIKE '%INSERT INTO messages%' AND query LIKE '%WITH given%'`

export async function openMeasuredPostgres(): Promise<MeasuredDatabase> {
  const server = await startPostgres(SETTINGS)
  const cpu = await postgresCpu(server)
  return {
    async create() {
      const url = await server.createDatabase()
      await server.execute('CREATE EXTENSION pg_stat_statements', url)
      let before = 0
      return {
        url,
        async begin() {
          await server.execute('SELECT pg_stat_statements_reset()', url)
          before = cpu()
        },
        async end() {
          const cpuMilliseconds = cpu() - before
          const [row] = await server.execute(GROUPS, url)
          return { cpuMilliseconds, group: Number(row?.['size']) }
        },
        drop: () => server.dropDatabase(url),
      }
    },
    close: () => server.stop(),
  }
}
