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

const MINUTE = 60_000

/** A length of time in the words of a table: `40 s`, `5 min`, `3 h`, `2 d`. */
export function showLength(milliseconds: number): string {
  const length = Math.max(0, milliseconds)
  if (length < MINUTE) return `${Math.floor(length / 1000)} s`
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  return length < 2 * DAY ? `${Math.floor(length / HOUR)} h` : `${Math.floor(length / DAY)} d`
}

/** When something is to come, seen from now. */
export function showUntil(at: string | undefined, now: number): string | undefined {
  if (at === undefined) return undefined
  const left = Date.parse(at) - now
  return left <= 0 ? 'now' : `in ${showLength(left)}`
}
