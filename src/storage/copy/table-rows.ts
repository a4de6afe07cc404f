// The rows of any table as arrays, read in the order of its primary key and written in large statements. It knows nothing of what the
// rows mean. The text runs on both engines, which order text by octets alike.

import { allArrays, firstArray, run, type Sql, type Value } from '../sql/sql.ts'
import type { CopiedTable } from './copied-tables.ts'

export type Row = readonly Value[]

/** Rows read, written and committed together. */
export const BATCH = 128

/** Fixed sizes, so that texts stay few. */
const SIZES = [128, 64, 32, 16, 8, 4, 2, 1] as const

/** The next rows behind a key, or the first ones. `select` is what to read: columns or expressions. */
export function readRows({ name, key }: CopiedTable, select: readonly string[], behind: Row | undefined): Sql<Row[]> {
  const [from, order] = [`SELECT ${select.join(', ')} FROM ${name}`, `ORDER BY ${key.join(', ')} LIMIT ${BATCH}`]
  if (behind === undefined) return allArrays(`${from} ${order}`)
  return allArrays(`${from} WHERE ${tuple(key)} > ${tuple(key.map(() => '?'))} ${order}`, ...behind)
}

export function lastKey({ name, key }: CopiedTable): Sql<Row | undefined> {
  const descending = key.map((column) => `${column} DESC`).join(', ')
  return firstArray(`SELECT ${key.join(', ')} FROM ${name} ORDER BY ${descending} LIMIT 1`)
}

/** The key of a row that was read with these columns. */
export function keyOf({ key }: CopiedTable, columns: readonly string[], row: Row): Row {
  return key.map((column) => row[columns.indexOf(column)] ?? null)
}

export function* insertRows({ name }: CopiedTable, columns: readonly string[], rows: readonly Row[]): Sql<void> {
  const one = tuple(columns.map(() => '?'))
  for (let at = 0; at < rows.length; ) {
    const size = SIZES.find((each) => each <= rows.length - at) ?? 1
    const values = Array.from({ length: size }, () => one).join(', ')
    yield* run(`INSERT INTO ${name} ${tuple(columns)} VALUES ${values}`, ...rows.slice(at, at + size).flat())
    at += size
  }
}

/** How many rows, and how many octets they stand for; only up to a key when that is given. */
export function* measureRows(
  { name, key, octets = '0' }: CopiedTable,
  upTo?: Row,
): Sql<{ readonly rows: number; readonly octets: number }> {
  const text = `SELECT count(*), coalesce(sum(${octets}), 0) FROM ${name}`
  const found =
    upTo === undefined
      ? yield* firstArray<[number, number]>(text)
      : yield* firstArray<[number, number]>(`${text} WHERE ${tuple(key)} <= ${tuple(key.map(() => '?'))}`, ...upTo)
  const [rows, sum] = found ?? [0, 0]
  return { rows, octets: sum }
}

const tuple = (parts: readonly string[]): string => `(${parts.join(', ')})`
