// Times as people give them on the command line, and as the API takes them.

import { InvalidArgumentError } from 'commander'

const SHAPE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** For an option: a date (its first moment, UTC) or a time with its zone. */
export function isoTime(text: string): string {
  const time = SHAPE.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Give a date such as 2027-12-31, or a time such as 2027-12-31T18:00:00Z.')
  return new Date(time).toISOString()
}

/** The same day so many years later. */
export function yearsLater(now: number, years: number): string {
  const end = new Date(now)
  end.setUTCFullYear(end.getUTCFullYear() + years)
  return end.toISOString()
}
