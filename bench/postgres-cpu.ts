// CPU time of a PostgreSQL server on this machine: its main process and everything that it started, ended ones included. Linux only.

import { readdirSync, readFileSync } from 'node:fs'
import type { PostgresServer } from '../test/fixtures/postgres-server.ts'

/** Gives milliseconds so far. */
export async function postgresCpu({ execute }: Pick<PostgresServer, 'execute'>): Promise<() => number> {
  const [row] = await execute(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`)
  const server = Number(row?.['pid'])
  return () => {
    const living = [server, ...childrenOf(server)].reduce((sum, pid) => sum + runTime(pid), 0)
    return living + statOf(server).endedChildren
  }
}

/** Of clock ticks, which Linux tells in hundredths of a second whatever the kernel's own are. */
const TICK = 10

type Stat = { readonly parent: number; readonly endedChildren: number }

/** proc(5): fields behind the name, which may hold anything, begin with the third. */
function statOf(pid: number): Stat {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(fields[1]), endedChildren: (Number(fields[13]) + Number(fields[14])) * TICK }
}

function childrenOf(server: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => ended(() => statOf(pid).parent === server, false))
}

/** In nanoseconds, unlike `stat`. */
function runTime(pid: number): number {
  return ended(() => Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6, 0)
}

/** A process may end while we look. */
function ended<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}
