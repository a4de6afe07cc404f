// Aligned columns without borders, and lists of names with their values. A table knows the width of the terminal and gives up text
// where a column allows it; identifiers are never cut, because a cut identifier cannot be pasted.

import { printable, truncate, widthOf } from './printable.ts'

export type Column<Row> = {
  readonly heading: string
  readonly value: (row: Row) => string | number | undefined
  /** Free text, which may be cut to fit the terminal. */
  readonly flexible?: true
}

/** Where a table is printed. `width` is undefined when nothing reads it but a program or a file: then nothing is cut. */
export type Paper = {
  readonly width: number | undefined
  readonly bold: (text: string) => string
  readonly tint: (text: string, tint: Tint) => string
}

/** What a line tells: that something went well, went wrong, or is not decided. */
export type Tint = 'plain' | 'good' | 'doubtful' | 'bad'

const GAP = '  '
const FLEXIBLE_MINIMUM = 12

export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paper: Paper): string {
  const cells = rows.map((row) => columns.map((column) => printable(String(column.value(row) ?? ''))))
  const headings = columns.map((column) => column.heading)
  const natural = headings.map((heading, at) =>
    Math.max(...[heading, ...cells.map((row) => row[at] ?? '')].map(widthOf)),
  )
  const widths = fit(natural, columns, paper.width)
  const lines = [headings, ...cells].map((row) => joinRow(row, widths))
  return [paper.bold(lines[0] ?? ''), ...lines.slice(1)].map((line) => `${line}\n`).join('')
}

/** Takes what is too much from the widest flexible columns, one column of the terminal at a time. */
function fit(natural: readonly number[], columns: readonly { flexible?: true }[], width: number | undefined): number[] {
  const widths = [...natural]
  if (width === undefined) return widths
  const gaps = GAP.length * (widths.length - 1)
  let excess = widths.reduce((sum, each) => sum + each, gaps) - width
  for (; excess > 0; excess--) {
    const widest = widestFlexible(widths, columns)
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function widestFlexible(widths: readonly number[], columns: readonly { flexible?: true }[]): number | undefined {
  let widest: number | undefined
  for (const [at, width] of widths.entries()) {
    if (columns[at]?.flexible === undefined || width <= FLEXIBLE_MINIMUM) continue
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = at
  }
  return widest
}

function joinRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, at) => pad(truncate(cell, widths[at] ?? 0), widths[at] ?? 0))
    .join(GAP)
    .trimEnd()
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** One line for each entry that has a value; a value may be several lines. */
export type Entry = readonly [name: string, value: string | number | readonly string[] | undefined]

export function renderEntries(entries: readonly Entry[], paper: Paper): string {
  const present = entries.filter(([, value]) => value !== undefined && value !== '' && !isEmpty(value))
  const width = Math.max(0, ...present.map(([name]) => widthOf(name)))
  const indent = ' '.repeat(width + GAP.length)
  return present
    .map(([name, value]) => {
      const lines = (Array.isArray(value) ? value : [value]).map((each) => printable(String(each)))
      return `${paper.bold(pad(name, width))}${GAP}${lines.join(`\n${indent}`)}\n`
    })
    .join('')
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** `2026-03-01 09:30:00Z` from milliseconds or an ISO text; whatever is neither is shown as it is. */
export function showTime(time: number | string | undefined): string | undefined {
  if (time === undefined) return undefined
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(time)
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}
