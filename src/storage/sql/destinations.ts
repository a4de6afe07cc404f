// Destinations and the permits that nodes have for them, as rows. An exchange locks the rows of its destinations in one order, computes
// with all of them in hand (`destination-window.ts`), and writes them: some statements for many destinations, not some for each.

import type {
  DestinationReader,
  DestinationState,
  DestinationWriter,
  PermitExchange,
  PermitGrant,
  PermitRequest,
} from '../destinations.ts'
import { afterReport, type DestinationRow, grantOf, type OtherNode } from './destination-window.ts'
import { all, allArrays, type InSql, lock, run, type Sql, type Value } from './sql.ts'

/** A destination that nothing was heard of for so long is forgotten: its next window is the initial one. */
export const DESTINATION_AGE = 24 * 3_600_000

export const destinationReader: InSql<DestinationReader> = {
  *listDestinations({ at, limit }) {
    const rows = yield* all<StateRow>(LIST, at, limit)
    return rows.map(storedState)
  },
}

type StateRow = {
  readonly destination: string
  readonly window_size: number
  readonly permits: number
  readonly failures: number
  readonly paused_until: number
  readonly last_reply: string
  readonly updated_at: number
}

const LIST = `
  SELECT destinations.destination AS destination, window_size, coalesce(taken.permits, 0) AS permits, failures, paused_until,
    last_reply, updated_at
  FROM destinations LEFT JOIN
    (SELECT destination, sum(permits) AS permits FROM destination_permits WHERE until > ? GROUP BY destination) taken
    ON taken.destination = destinations.destination
  WHERE failures > 0 OR taken.permits > 0
  ORDER BY failures DESC, destination LIMIT ?`

const storedState = (row: StateRow): DestinationState => ({
  destination: row.destination,
  window: row.window_size,
  permits: row.permits,
  failures: row.failures,
  pausedUntil: row.paused_until,
  lastReply: row.last_reply,
  updatedAt: row.updated_at,
})

export const destinationWriter: InSql<DestinationWriter> = {
  *exchangePermits(exchange) {
    const requests = exchange.requests.toSorted((one, other) => (one.destination < other.destination ? -1 : 1))
    const grants = new Map<string, PermitGrant>()
    for (let done = 0; done < requests.length; ) {
      const size = SIZES.find((size) => size <= requests.length - done) ?? 1
      yield* exchangeSome(exchange, requests.slice(done, done + size), grants)
      done += size
    }
    return exchange.requests.flatMap(({ destination }) => grants.get(destination) ?? [])
  },
}

/** Destinations of one statement: few sizes, because every text is prepared once and kept. */
const SIZES = [32, 8, 1] as const

function* exchangeSome(
  exchange: PermitExchange,
  requests: readonly PermitRequest[],
  grants: Map<string, PermitGrant>,
): Sql<void> {
  const texts = TEXTS.get(requests.length)
  if (texts === undefined) throw new Error(`no statement is for ${requests.length} destinations`)
  const names = requests.map(({ destination }) => destination)
  yield* run(texts.make, ...requests.flatMap((request) => newValues(request, exchange.at)))
  yield* lock(texts.lock, ...names)
  const rows = new Map((yield* allArrays<StoredRow>(texts.read, ...names)).map((row) => [row[0], row]))
  const others = yield* readOthers(texts.permits, names, exchange)
  const granted = requests.map((request) => {
    const row = afterReport(stored(rows.get(request.destination)), request, exchange)
    return { request, ...grantOf(row, request, others.get(request.destination) ?? [], exchange) }
  })
  yield* run(texts.write, ...granted.flatMap(({ request, row }) => rowValues(request, row, exchange.at)))
  yield* run(texts.take, ...granted.flatMap(({ request, grant }) => permitValues(request, grant, exchange)))
  for (const { request, grant } of granted) grants.set(request.destination, grant)
}

type StoredRow = [
  destination: string,
  window: number,
  failures: number,
  pausedUntil: number,
  reply: string,
  nextMessageAt: number,
]

function stored(row: StoredRow | undefined): DestinationRow {
  if (row === undefined) throw new Error('a destination that was just made is not there')
  const [, window, failures, pausedUntil, lastReply, nextMessageAt] = row
  return { window, failures, pausedUntil, lastReply, nextMessageAt }
}

function* readOthers(
  text: string,
  names: readonly string[],
  { node, at }: PermitExchange,
): Sql<ReadonlyMap<string, readonly OtherNode[]>> {
  const others = new Map<string, OtherNode[]>()
  const rows = yield* allArrays<[string, number, number, number]>(text, node, at, ...names)
  for (const [destination, permits, wanted, until] of rows) {
    const known = others.get(destination) ?? []
    others.set(destination, [...known, { permits, wanted, until }])
  }
  return others
}

const newValues = ({ destination, limits }: PermitRequest, at: number): readonly Value[] => [
  destination,
  Math.min(limits.initial, limits.most),
  at,
]

const rowValues = ({ destination }: PermitRequest, row: DestinationRow, at: number): readonly Value[] => [
  destination,
  row.window,
  row.failures,
  row.pausedUntil,
  row.lastReply,
  row.nextMessageAt,
  at,
]

/** What is in use is taken, granted or not; who wants nothing has no permit any more. */
function permitValues(
  { destination, inUse, wanted }: PermitRequest,
  { granted }: PermitGrant,
  { node, at, until }: PermitExchange,
): readonly Value[] {
  const permits = Math.max(granted, inUse)
  return [destination, node, permits, wanted, permits === 0 && wanted === 0 ? at : until]
}

type Texts = Readonly<Record<'make' | 'lock' | 'read' | 'permits' | 'write' | 'take', string>>

function textsFor(count: number): Texts {
  const list = `(${Array<string>(count).fill('?').join(', ')})`
  const rows = (columns: number) =>
    Array<string>(count)
      .fill(`(${Array<string>(columns).fill('?').join(', ')})`)
      .join(', ')
  const made = Array<string>(count).fill(`(?, ?, 0, 0, '', 0, ?)`).join(', ')
  const columns = 'destination, window_size, failures, paused_until, last_reply, next_message_at'
  return {
    make: `INSERT INTO destinations (${columns}, updated_at) VALUES ${made} ON CONFLICT (destination) DO NOTHING`,
    lock: `SELECT 1 FROM destinations WHERE destination IN ${list} ORDER BY destination`,
    read: `SELECT ${columns} FROM destinations WHERE destination IN ${list}`,
    permits: `SELECT destination, permits, wanted, until FROM destination_permits
      WHERE node <> ? AND until > ? AND destination IN ${list}`,
    write: `INSERT INTO destinations (${columns}, updated_at) VALUES ${rows(7)}
      ON CONFLICT (destination) DO UPDATE SET window_size = excluded.window_size, failures = excluded.failures,
        paused_until = excluded.paused_until, last_reply = excluded.last_reply,
        next_message_at = excluded.next_message_at, updated_at = excluded.updated_at`,
    take: `INSERT INTO destination_permits (destination, node, permits, wanted, until) VALUES ${rows(5)}
      ON CONFLICT (destination, node) DO UPDATE SET permits = excluded.permits, wanted = excluded.wanted,
        until = excluded.until`,
  }
}

const TEXTS: ReadonlyMap<number, Texts> = new Map(SIZES.map((size) => [size, textsFor(size)]))

/** At most `batch` rows of each kind; gives the number of whichever lost most. */
export function* sweepDestinations(at: number, batch: number): Sql<number> {
  const permits = yield* run(
    `DELETE FROM destination_permits WHERE (destination, node) IN
       (SELECT destination, node FROM destination_permits WHERE until <= ? ORDER BY until LIMIT ?)`,
    at,
    batch,
  )
  const destinations = yield* run(
    `DELETE FROM destinations WHERE destination IN
       (SELECT destination FROM destinations WHERE updated_at <= ? ORDER BY updated_at LIMIT ?)`,
    at - DESTINATION_AGE,
    batch,
  )
  return Math.max(permits, destinations)
}
