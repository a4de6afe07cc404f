// Spans of time as people give them on the command line.

import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../config/quantities.ts'

/** For an option; in milliseconds. */
export function duration(text: string): number {
  const time = text === '0' ? 0 : parseDuration(text)
  if (time === undefined) throw new InvalidArgumentError('Give a number with its unit, such as 7d, 12h or 30m.')
  return time
}

const DAY = 86_400_000
const HOUR = 3_600_000

/** From one moment to a later one, in whole days or, below two, in hours. */
export function showSpan(from: number, to: number): string {
  const span = to - from
  if (span < 2 * DAY) return span < HOUR ? '< 1 h' : `${Math.floor(span / HOUR)} h`
  return `${Math.floor(span / DAY)} d`
}
