// How SQL is written once for both engines. A room's query is a generator: it yields statements and gets their rows, and never knows
// whether SQLite answered in the call or PostgreSQL over a network. What runs it is the engine's (`sqlite/run-sql.ts`,
// `postgres/run-sql.ts`). The text is the subset that SQLite, PostgreSQL and CockroachDB share, with `?` for values; texts must be
// constants or come from few, because every engine prepares them once and keeps them.

/** What a column may hold. Booleans are 0 and 1, JSON is text, BIGINT is a number. */
export type Value = null | number | string | Uint8Array

export type Statement = {
  readonly type: 'statement'
  readonly text: string
  readonly values: readonly Value[]
  /** `first`: at most one row is wanted. `none`: only how many rows changed. */
  readonly rows: 'all' | 'first' | 'none'
  /** Rows as objects by column name, or as arrays in column order. */
  readonly shape: 'objects' | 'arrays'
}

export type Step =
  | Statement
  /** Everything read inside is of one moment. */
  | { readonly type: 'snapshot'; readonly read: Sql<unknown> }
  /** Whoever else locks these rows waits until this transaction is over. */
  | { readonly type: 'lock'; readonly text: string; readonly values: readonly Value[] }

/** A piece of work in SQL that gives a `T`. */
export type Sql<T> = Generator<Step, T, unknown>

/** The methods of a port as they are written in SQL. */
export type InSql<Port> = {
  readonly [K in keyof Port]: Port[K] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Sql<Result>
    : never
}

/** Whether a text may be asked for: PostgreSQL takes none with U+0000, so none is stored anywhere. */
export const isText = (text: string): boolean => !text.includes('\0')

/** Every row, as objects by column name. */
export function* all<Row>(text: string, ...values: readonly Value[]): Sql<Row[]> {
  return (yield { type: 'statement', text, values, rows: 'all', shape: 'objects' }) as Row[]
}

export function* first<Row>(text: string, ...values: readonly Value[]): Sql<Row | undefined> {
  return (yield { type: 'statement', text, values, rows: 'first', shape: 'objects' }) as Row | undefined
}

/** Every row, as arrays in column order: for what runs once per message or more. */
export function* allArrays<Row extends readonly Value[]>(text: string, ...values: readonly Value[]): Sql<Row[]> {
  return (yield { type: 'statement', text, values, rows: 'all', shape: 'arrays' }) as Row[]
}

export function* firstArray<Row extends readonly Value[]>(
  text: string,
  ...values: readonly Value[]
): Sql<Row | undefined> {
  return (yield { type: 'statement', text, values, rows: 'first', shape: 'arrays' }) as Row | undefined
}

/** Gives the number of rows that it inserted, changed or deleted. */
export function* run(text: string, ...values: readonly Value[]): Sql<number> {
  return (yield { type: 'statement', text, values, rows: 'none', shape: 'arrays' }) as number
}

export function* snapshot<T>(read: Sql<T>): Sql<T> {
  return (yield { type: 'snapshot', read }) as T
}

/** `text` selects the rows. What a write looks at before it writes stays so, if everyone who writes it locks first. */
export function* lock(text: string, ...values: readonly Value[]): Sql<void> {
  yield { type: 'lock', text, values }
}

/** To be the first step of everything that changes a tenant. */
export const lockTenant = (tenantId: string): Sql<void> => lock('SELECT 1 FROM tenants WHERE tenant_id = ?', tenantId)
