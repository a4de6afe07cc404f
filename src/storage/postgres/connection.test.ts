import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Client, type PoolClient } from 'pg'
import { sharedPostgres } from '../../../test/fixtures/postgres-server.ts'
import { PostgresConnection, StatementCache } from './connection.ts'

const fates: readonly [name: string, lose: (client: Client) => Promise<unknown>][] = [
  [
    'broke',
    async (client) => {
      const broken = once(client, 'error')
      await client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {})
      return broken
    },
  ],
  ['was closed', (client) => client.end()],
]

for (const [name, lose] of fates)
  test(`a connection that ${name} just before it was handed out is lost, which is no bug`, async () => {
    const server = await sharedPostgres()
    const client = new Client({ connectionString: server.url('postgres') })
    await client.connect()
    await lose(client)
    const connection = new PostgresConnection(client as unknown as PoolClient, new StatementCache(true))
    const lost = { name: 'StoreError', code: 'unavailable' }
    await assert.rejects(connection.command('SELECT 1'), lost)
    assert.equal(connection.usable, false)
  })
