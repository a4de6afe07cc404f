// A line on standard error for what takes longer than a second, and only where a person sees it. It is gone when the work is done.

import { type Clock, systemClock } from '../config/clock.ts'
import { printable } from './printable.ts'
import type { Terminal } from './terminal.ts'

const PATIENCE = 1000
const FRAME = 120
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const CLEAR_LINE = '\r\u001b[K'

/** Runs the work and gives its result. */
export async function withProgress<T>(
  terminal: Terminal,
  label: string,
  work: () => Promise<T>,
  clock: Clock = systemClock,
): Promise<T> {
  if (terminal.err.isTTY !== true || terminal.env['TERM'] === 'dumb') return work()
  let frame = 0
  const draw = (): void => {
    terminal.err.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${printable(label)}`)
    cancel = clock.after(FRAME, draw)
  }
  let cancel = clock.after(PATIENCE, draw)
  try {
    return await work()
  } finally {
    cancel()
    if (frame > 0) terminal.err.write(CLEAR_LINE)
  }
}
