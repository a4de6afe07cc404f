// A timeline as people read it: one line for each thing that happened, when it did, how long after the first, and what it was; what went
// well and what went wrong are told apart by colour where there is one. Long lines go on below their beginning.

import { showLength } from './duration.ts'
import { printable, widthOf } from './printable.ts'
import { type Paper, showTime, type Tint } from './table.ts'

export type ShownEntry = {
  readonly at: string
  readonly kind: string
  readonly recipient?: string | undefined
  readonly status?: string | undefined
  readonly detail: string
  readonly id?: string | undefined
}

const GAP = '  '
/** A terminal that leaves less for the words is overrun. */
const NARROWEST = 24

export function renderTimeline(timeline: readonly ShownEntry[], paper: Paper): string {
  const [first] = timeline
  if (first === undefined) return ''
  const lines = timeline.map((entry) => ({
    entry,
    margin: [showTime(entry.at) ?? '', showAfter(Date.parse(entry.at) - Date.parse(first.at)), entry.kind],
  }))
  const heading = ['When', 'After', 'What']
  const widths = heading.map((text, at) =>
    Math.max(...[text, ...lines.map(({ margin }) => margin[at] ?? '')].map(widthOf)),
  )
  const place = (cells: readonly string[]) => cells.map((cell, at) => pad(printable(cell), widths[at] ?? 0)).join(GAP)
  const indent = ' '.repeat(widths.reduce((sum, width) => sum + width + GAP.length, 0))
  const room = paper.width === undefined ? Infinity : Math.max(NARROWEST, paper.width - indent.length)
  const body = lines.map(({ entry, margin }) => {
    const words = wrap(printable(wordsOf(entry)), room).join(`\n${indent}`)
    return `${paper.tint(place(margin), tintOf(entry))}${GAP}${words}\n`
  })
  return `${paper.bold(`${place(heading)}${GAP}Detail`)}\n${body.join('')}`
}

const showAfter = (length: number): string => `+${length < 1000 ? `${length} ms` : showLength(length)}`

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

function wordsOf({ kind, recipient, status, detail, id }: ShownEntry): string {
  const subject = [recipient, status].filter((part) => part !== undefined && part !== '').join(' ')
  const named = (kind === 'event' || kind === 'webhook') && id !== undefined ? `${detail} (${id})` : detail
  return subject === '' ? named : `${subject}: ${named}`
}

function tintOf({ kind, status }: ShownEntry): Tint {
  if (kind === 'refused' || ['failed', 'suppressed', 'dead'].includes(status ?? '')) return 'bad'
  if (kind === 'attempt' || status === 'held' || (kind === 'webhook' && status === 'pending')) return 'doubtful'
  return kind === 'final' ? 'good' : 'plain'
}

/** At blanks; a word that is longer than a line stays whole, so that it can be pasted. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
