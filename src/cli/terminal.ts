// What a command may do to the person in front of it: write, show that something takes a while, and ask for a secret without echo.
// Colour is bold headings and words in red, yellow and green, and none at all where NO_COLOR is set or nobody looks.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { type Failure, exitCodeOf } from './failure.ts'
import { printable } from './printable.ts'
import type { Paper } from './table.ts'

export type TextStream = {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export type Terminal = {
  readonly out: TextStream
  readonly err: TextStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined when nobody can be asked or nothing was typed. */
  readonly askSecret: (question: string) => Promise<string | undefined>
}

export function wantsColour(stream: TextStream, env: Terminal['env']): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** The paper of standard output. */
export function paperOf(terminal: Terminal): Paper {
  const coloured = wantsColour(terminal.out, terminal.env)
  return {
    width: terminal.out.isTTY === true ? terminal.out.columns : undefined,
    bold: (text) => (coloured ? styleText('bold', text, { validateStream: false }) : text),
    tint: (text, tint) =>
      coloured && tint !== 'plain' ? styleText(COLOURS[tint], text, { validateStream: false }) : text,
  }
}

const COLOURS = { good: 'green', doubtful: 'yellow', bad: 'red' } as const

/** Prints a failure on standard error and gives its exit code. */
export function printFailure(terminal: Terminal, failure: Failure): number {
  const coloured = wantsColour(terminal.err, terminal.env)
  const label = coloured ? styleText('red', 'error:', { validateStream: false }) : 'error:'
  const lines = [`${label} ${printable(failure.what)}`, ...[...(failure.notes ?? []), failure.next].map(printable)]
  terminal.err.write(`${lines.join('\n')}\n`)
  return exitCodeOf(failure)
}

/** The terminal of this process. */
export function systemTerminal(): Terminal {
  return { out: process.stdout, err: process.stderr, env: process.env, askSecret: askOnTty }
}

async function askOnTty(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const silence = new Writable({ write: (_octets, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silence, terminal: true })
  // Only now: from here on the terminal echoes nothing.
  process.stderr.write(`${question}: `)
  const answer = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(undefined))
    lines.once('SIGINT', () => lines.close())
  })
  lines.close()
  process.stderr.write('\n')
  return answer === '' ? undefined : answer
}
