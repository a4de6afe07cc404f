// Copies a whole store from SQLite into PostgreSQL, then compares the two value by value and octet by octet, and only then declares
// the copy finished. Every batch is one transaction in the order of the primary key, so the highest key that is there tells where a
// killed copy goes on. The SQLite store is only read; that nobody writes to it meanwhile is the caller's to see to.

import type { ContentStore } from '../../content/content.ts'
import { createPostgresContentStore } from '../../content/postgres.ts'
import type { PostgresPool } from '../postgres/pool.ts'
import { read } from '../postgres/run-sql.ts'
import { transact } from '../postgres/transaction.ts'
import { allArrays, firstArray, type Sql } from '../sql/sql.ts'
import type { Database } from '../sqlite/database.ts'
import { runSql } from '../sqlite/run-sql.ts'
import { COPIED_TABLES, type CopiedTable } from './copied-tables.ts'
import { removeCopyMark, writeCopyMark } from './copy-mark.ts'
import { copyOctets, digestOctets } from './copy-octets.ts'
import { analyze, asRunner, claimTarget, type ClaimOutcome, type CopySubject, finishCopy } from './copy-target.ts'
import { insertRows, keyOf, lastKey, measureRows, readRows, type Row } from './table-rows.ts'

export type CopyProgress = {
  readonly phase: 'copying' | 'comparing'
  readonly table: string
  /** Of the phase, from 0 to 1. */
  readonly done: number
}

export type CopyOptions = CopySubject & {
  /** The SQLite store, at this program's schema as is the target. */
  readonly from: Database
  /** Its contents. */
  readonly content: Pick<ContentStore, 'open'>
  readonly pool: PostgresPool
  readonly now: () => number
  /** A name that was never used. */
  readonly newId: () => string
  readonly report: (progress: CopyProgress) => void
}

export type CopyOutcome =
  | {
      readonly type: 'copied'
      readonly resumed: boolean
      readonly tables: readonly { readonly name: string; readonly rows: number }[]
      /** Of content. */
      readonly octets: number
    }
  | Exclude<ClaimOutcome, { type: 'claimed' }>

type Table = CopiedTable & { readonly columns: readonly string[] }

/** Throws StoreError; then it goes on where it stopped when it is called again. */
export async function copyStore(options: CopyOptions): Promise<CopyOutcome> {
  const { pool, dataDirectory, to, now, newId } = options
  const runner = newId()
  const claim = await claimTarget(pool, options, { runner, newCopyId: newId(), at: now() })
  if (claim.type !== 'claimed') return claim
  const tables = await Promise.all(COPIED_TABLES.map((table) => withColumns(pool, table)))
  const copying = createMeter(options, 'copying')
  for (const table of tables) await copyTable(options, table, runner, copying)
  const comparison = await compareStores(options, tables)
  if ('difference' in comparison) {
    removeCopyMark(dataDirectory)
    return { type: 'refused', message: `${comparison.difference} ${BEGIN_ANEW}` }
  }
  await analyze(pool)
  // The mark first: of the two stores at most one can be started at any moment.
  writeCopyMark(dataDirectory, { copyId: claim.copyId, to, finishedAt: now() })
  await transact(pool, () => asRunner(runner, finishCopy(now())))
  return { type: 'copied', resumed: claim.resumed, ...comparison }
}

const BEGIN_ANEW = 'The next run begins anew.'

/** The target's columns: SQLite has the same, or something to select in their place. */
async function withColumns(pool: PostgresPool, table: CopiedTable): Promise<Table> {
  const text = `SELECT column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position`
  const columns = await read(pool, allArrays<[string]>(text, table.name))
  return { ...table, columns: columns.map(([column]) => column) }
}

async function copyTable(options: CopyOptions, table: Table, runner: string, meter: Meter): Promise<void> {
  const { pool, content, now } = options
  let behind = await read(pool, lastKey(table))
  meter.add(table, behind === undefined ? NOTHING : runSql(options.from, measureRows(table, behind)))
  for (let rows = rowsOf(options, table, behind); rows.length > 0; rows = rowsOf(options, table, behind)) {
    for (const { contentId, uploadId } of uploadsIn(table, rows))
      await copyOctets({ pool, runner, from: content, at: now() }, contentId, uploadId)
    await transact(pool, () => asRunner(runner, insertRows(table, table.columns, rows)))
    behind = lastOf(table, rows)
    meter.add(table, sizeOf(table, rows))
  }
}

type Comparison = Pick<Extract<CopyOutcome, { type: 'copied' }>, 'tables' | 'octets'> | { readonly difference: string }

async function compareStores(options: CopyOptions, tables: readonly Table[]): Promise<Comparison> {
  const { pool } = options
  const meter = createMeter(options, 'comparing')
  const counts: { name: string; rows: number }[] = []
  const uploads = new Set<string>()
  let octets = 0
  for (const table of tables) {
    const size = await compareTable(options, table, uploads, meter)
    if (typeof size === 'string') return { difference: size }
    counts.push({ name: table.name, rows: size.rows })
    octets += size.octets
  }
  const kept = await read(pool, countUploads())
  if (kept !== uploads.size) return { difference: `PostgreSQL has ${kept} large contents instead of ${uploads.size}.` }
  return { tables: [...counts, { name: 'uploads', rows: kept }], octets }
}

/** Gives what the table holds, or where the stores differ. */
async function compareTable(
  options: CopyOptions,
  table: Table,
  uploads: Set<string>,
  meter: Meter,
): Promise<Size | string> {
  const { pool, from, content } = options
  const target = createPostgresContentStore({ pool, now: options.now, newId: options.newId })
  let total = NOTHING
  for (let behind: Row | undefined; ; ) {
    const here = rowsOf(options, table, behind)
    const there = await read(pool, readRows(table, table.columns, behind))
    const different = (here.length < there.length ? there : here).find((_, at) => !sameRow(here[at], there[at]))
    if (different !== undefined) {
      const counts = [runSql(from, measureRows(table)).rows, (await read(pool, measureRows(table))).rows]
      const key = keyOf(table, table.columns, different).join(' ')
      return `${table.name} differs at ${key}; SQLite has ${counts[0]} rows, PostgreSQL ${counts[1]}.`
    }
    if (here.length === 0) return total
    for (const { contentId, uploadId } of uploadsIn(table, here)) {
      if (uploads.has(uploadId)) continue
      uploads.add(uploadId)
      if ((await digestOctets(content, contentId)) !== (await digestOctets(target, contentId)))
        return `The content of message ${contentId} differs.`
    }
    behind = lastOf(table, here)
    total = plus(total, sizeOf(table, here))
    meter.add(table, sizeOf(table, here))
  }
}

/** As they are to be in the target. */
function rowsOf({ from }: CopyOptions, table: Table, behind: Row | undefined): Row[] {
  const select = table.columns.map((column) => table.instead?.[column] ?? column)
  return runSql(from, readRows(table, select, behind)).map((row) => row.map(storable))
}

/** PostgreSQL has no U+0000 in text; nor does the API accept it. */
const storable = (value: Row[number]): Row[number] =>
  typeof value === 'string' ? value.replaceAll('\0', '\u{fffd}') : value

function uploadsIn({ columns }: Table, rows: readonly Row[]): readonly { contentId: string; uploadId: string }[] {
  const [content, upload] = [columns.indexOf('content_id'), columns.indexOf('upload_id')]
  return rows.flatMap((row) => {
    const [contentId, uploadId] = [row[content], row[upload]]
    return typeof contentId === 'string' && typeof uploadId === 'string' ? [{ contentId, uploadId }] : []
  })
}

const lastOf = (table: Table, rows: readonly Row[]): Row => keyOf(table, table.columns, rows.at(-1) ?? [])

function sameRow(one: Row | undefined, other: Row | undefined): boolean {
  return one !== undefined && other !== undefined && one.every((value, at) => sameValue(value, other[at]))
}

function sameValue(one: Row[number], other: Row[number] | undefined): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0
  return one === other
}

function* countUploads(): Sql<number> {
  return (yield* firstArray<[number]>('SELECT count(*) FROM uploads'))?.[0] ?? 0
}

type Size = { readonly rows: number; readonly octets: number }

const NOTHING: Size = { rows: 0, octets: 0 }

const plus = (one: Size, other: Size): Size => ({ rows: one.rows + other.rows, octets: one.octets + other.octets })

function sizeOf({ columns, octets }: Table, rows: readonly Row[]): Size {
  const at = octets === undefined ? -1 : columns.indexOf(octets)
  return { rows: rows.length, octets: rows.reduce((sum, row) => sum + Number(row[at] ?? 0), 0) }
}

type Meter = { add(table: CopiedTable, size: Size): void }

/** What a row costs, in octets of content. */
const ROW = 1024
const costOf = ({ rows, octets }: Size): number => rows * ROW + octets

function createMeter({ from, report }: CopyOptions, phase: CopyProgress['phase']): Meter {
  const total = COPIED_TABLES.reduce((sum, table) => sum + costOf(runSql(from, measureRows(table))), 0)
  let done = 0
  return {
    add(table, size) {
      done += costOf(size)
      report({ phase, table: table.name, done: done / total })
    },
  }
}
