// How far a long work is: a bar on standard error where a person sees it, a plain line for each part and each tenth elsewhere. The bar
// is gone when the work is done.

import { type Clock, systemClock } from '../config/clock.ts'
import { printable } from './printable.ts'
import type { Terminal } from './terminal.ts'

export type ProgressBar = {
  /** `done` is from 0 to 1. */
  show(label: string, done: number): void
  clear(): void
}

const CLEAR_LINE = '\r\u001b[K'
const WIDTH = 24
/** A bar need not be drawn more often, in milliseconds. */
const FRAME = 100

export function createProgressBar({ err, env }: Terminal, clock: Clock = systemClock): ProgressBar {
  return err.isTTY === true && env['TERM'] !== 'dumb' ? drawnBar(err, clock) : printedLines(err)
}

function drawnBar(err: Terminal['err'], clock: Clock): ProgressBar {
  let drawnAt: number | undefined
  return {
    show(label, done) {
      const now = clock.now()
      if (drawnAt !== undefined && now - drawnAt < FRAME) return
      drawnAt = now
      const full = Math.min(WIDTH, Math.floor(done * WIDTH))
      const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
      err.write(`${CLEAR_LINE}${bar} ${percentOf(done).padStart(3)} %  ${printable(label)}`)
    },
    clear() {
      if (drawnAt !== undefined) err.write(CLEAR_LINE)
      drawnAt = undefined
    },
  }
}

function printedLines(err: Terminal['err']): ProgressBar {
  let last = ''
  return {
    show(label, done) {
      const part = `${label} ${Math.floor(done * 10)}`
      if (part !== last) err.write(`${printable(label)}: ${percentOf(done)} %\n`)
      last = part
    },
    clear() {},
  }
}

const percentOf = (done: number): string => String(Math.min(100, Math.floor(done * 100)))
