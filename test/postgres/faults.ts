// What can happen to a database while mail is being taken, one fault after the other: each begins, is felt, and ends by itself. Everything
// here is real: processes are stopped, connections taken, octets held back, and files cannot grow.

import { Client } from 'pg'
import type { Network } from '../../src/storage/postgres/network.fixture.ts'
import type { PostgresServer } from '../fixtures/postgres-server.ts'

export type Ground = {
  readonly server: PostgresServer
  /** As superuser. */
  readonly url: string
  /** Between the node and the server. */
  readonly network: Network
  /** Gives the node's login another password, and a way to tell the node. */
  changePassword(): Promise<() => void>
}

export type Fault = {
  readonly name: string
  /** What a message is answered while it lasts, at MAIL or after the data. */
  readonly mail: RegExp
  /** The same for a message that is larger than a page. Without it the same. */
  readonly largeMail?: RegExp
  /** What a right secret is answered while it lasts. */
  readonly login: RegExp
  /** Gives what ends it. */
  begin(ground: Ground): Promise<() => Promise<void> | void>
}

const AWAY = /^451 4\.3\.0 Mail store unavailable/
const CANNOT_TELL = /^454 4\.7\.0 Temporary authentication failure/
const GOES_ON = /^235 /

export const FAULTS: readonly Fault[] = [
  {
    name: 'the server is stopped',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ server }) {
      await server.shutDown()
      return () => server.start()
    },
  },
  {
    name: 'the server crashes',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ server }) {
      await server.kill()
      return () => server.start()
    },
  },
  {
    name: 'the server stands still',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ server }) {
      server.pause()
      return () => server.resume()
    },
  },
  {
    name: 'the network stands still',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ network }) {
      network.hold()
      return () => network.mend()
    },
  },
  {
    name: 'the network loses everything',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ network }) {
      network.fallSilent()
      return () => network.mend()
    },
  },
  {
    // Connections that are open work slowly, and making one takes longer than is waited for.
    name: 'the network is very slow',
    mail: /^(?:250|451) /,
    login: /^(?:235|454) /,
    async begin({ network }) {
      network.slowDown(150)
      return () => network.mend()
    },
  },
  {
    name: 'others have taken every connection',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ server }) {
      const others = await takeEveryConnection(server)
      return async () => {
        for (const other of others) await other.end()
      }
    },
  },
  {
    name: 'the primary has become a standby',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ server }) {
      await server.execute('ALTER SYSTEM SET default_transaction_read_only = on')
      await server.execute('SELECT pg_reload_conf()')
      await throwNodesOut(server)
      return async () => {
        await server.execute('ALTER SYSTEM RESET default_transaction_read_only')
        await server.execute('SELECT pg_reload_conf()')
      }
    },
  },
  {
    name: 'the password is changed',
    mail: AWAY,
    login: CANNOT_TELL,
    async begin({ server, changePassword }) {
      const tell = await changePassword()
      await throwNodesOut(server)
      return tell
    },
  },
  {
    // What fits into the space that is left in pages is still taken.
    name: 'the disk is full',
    mail: /^(?:250|452 4\.3\.1) /,
    largeMail: /^452 4\.3\.1 Insufficient storage/,
    login: GOES_ON,
    async begin({ server, url }) {
      await server.execute('CREATE TABLE ballast (octets BYTEA) WITH (autovacuum_enabled = off)', url)
      await server.execute('ALTER TABLE ballast ALTER octets SET STORAGE PLAIN', url)
      for (const rows of [100_000, 1000, 10, 1, 1, 1])
        await server
          .execute(`INSERT INTO ballast SELECT decode(repeat('00', 7000), 'hex') FROM generate_series(1, ${rows})`, url)
          .catch(() => {})
      return () => server.execute('DROP TABLE ballast', url).then(() => {})
    },
  },
]

/** Only those of nodes; they come back at once, if they can. */
const THROW_OUT = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'postern/%'`

async function throwNodesOut(server: PostgresServer): Promise<void> {
  await server.execute(THROW_OUT)
}

/** Until none is left for the nodes, which want theirs back as much. */
async function takeEveryConnection(server: PostgresServer): Promise<readonly Client[]> {
  const others: Client[] = []
  for (;;) {
    const other = new Client({ connectionString: server.url('postgres') })
    // The one that waits for its turn to end.
    other.on('error', () => {})
    try {
      await other.connect()
      others.push(other)
    } catch {
      const [first] = others
      const thrown = await first?.query(THROW_OUT)
      if (thrown?.rowCount === 0) return others
    }
  }
}
