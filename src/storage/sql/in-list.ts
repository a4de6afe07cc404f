// Lists of values in a statement whose texts are few: a list is cut into pieces of certain lengths, and the last one is filled up with
// its own last value. For what is neither PostgreSQL's arrays nor SQLite's JSON.

import { all, allArrays, type Sql, type Value } from './sql.ts'

const LENGTHS = [1, 8, 64] as const

type Around = { readonly before?: readonly Value[]; readonly behind?: readonly Value[] }

/** Every row of `text`, in which `(?…)` stands for the list; values before and behind it are as given. */
export const allInList = <Row extends readonly Value[]>(
  text: string,
  list: readonly string[],
  around: Around = {},
): Sql<Row[]> => inPieces(allArrays<Row>, text, list, around)

/** The same with rows as objects. */
export const allObjectsInList = <Row>(text: string, list: readonly string[], around: Around = {}): Sql<Row[]> =>
  inPieces(all<Row>, text, list, around)

function* inPieces<Row>(
  read: (text: string, ...values: readonly Value[]) => Sql<Row[]>,
  text: string,
  list: readonly string[],
  { before = [], behind = [] }: Around,
): Sql<Row[]> {
  const rows: Row[] = []
  for (let at = 0; at < list.length; ) {
    const left = list.length - at
    const length = LENGTHS.find((one) => one >= left) ?? 64
    const piece = list.slice(at, at + length)
    const last = piece.at(-1) ?? ''
    const filled = [...piece, ...Array.from({ length: length - piece.length }, () => last)]
    const places = `(${filled.map(() => '?').join(', ')})`
    rows.push(...(yield* read(text.replace('(?…)', places), ...before, ...filled, ...behind)))
    at += length
  }
  return rows
}
