// The date-time of header fields, written and recognised. Whether a date is plausible, or its weekday right, is not judged: what a
// reader can parse stays as its author wrote it. RFC 5322 §3.3, §4.3.

/** Comments are accepted where they are in use: behind the zone. */
const DATE_TIME =
  /^[ \t]*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ \t]*,[ \t]*)?(\d{1,2})[ \t]+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ \t]+(\d{2,4})[ \t]+(\d{2}):(\d{2})(?::(\d{2}))?[ \t]+(?:[+-]\d{2}[0-5]\d|UT|GMT|[ECMP][SD]T|[A-IK-Z])[ \t]*(?:\([^()\\]*\)[ \t]*)*$/i

const DAYS = new Map(
  Object.entries({
    jan: 31,
    feb: 28,
    mar: 31,
    apr: 30,
    may: 31,
    jun: 30,
    jul: 31,
    aug: 31,
    sep: 30,
    oct: 31,
    nov: 30,
    dec: 31,
  }),
)

/** `at` is milliseconds since the epoch. */
export function formatDateTime(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}

/** Whether an unfolded field value is a date-time, obsolete zones and short years included. */
export function isDateTime(value: string): boolean {
  const match = DATE_TIME.exec(value)
  if (match === null) return false
  const [, day, month = '', year, hour, minute, second = '0'] = match
  return (
    Number(day) >= 1 &&
    Number(day) <= daysIn(month.toLowerCase(), fullYear(Number(year))) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60
  )
}

/** RFC 5322 §4.3: two digits below 50 count from 2000, all other short years from 1900. */
function fullYear(year: number): number {
  if (year < 50) return year + 2000
  return year < 1000 ? year + 1900 : year
}

function daysIn(month: string, year: number): number {
  const leapDay = month === 'feb' && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return (DAYS.get(month) ?? 0) + (leapDay ? 1 : 0)
}
