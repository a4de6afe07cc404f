// Times, numbers and sizes as they are written in the language of the page.

import { useMemo } from 'react'
import { localeOf, useLanguage } from './language.tsx'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

const LENGTHS = [...UNITS, ['millisecond', 1]] as const

const SIZES = [
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1000],
] as const

const EXACT = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
} as const

export function useFormats() {
  const { language } = useLanguage()
  return useMemo(() => {
    const locale = localeOf(language)
    const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
    const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
    const number = new Intl.NumberFormat(locale)
    const sizes = SIZES.map(([unit, octets]) => {
      const format = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 })
      return { octets, format }
    })
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    const exact = new Intl.DateTimeFormat(locale, EXACT)
    return {
      /** To the millisecond. */
      exact: (iso: string) => exact.format(new Date(iso)),
      /** `77 ms`, `1.2 s` */
      duration(milliseconds: number) {
        const [unit, length] = LENGTHS.find(([, least]) => milliseconds >= least) ?? ['millisecond', 1]
        return new Intl.NumberFormat(locale, {
          style: 'unit',
          unit,
          unitDisplay: unit === 'day' ? 'long' : 'short',
          maximumFractionDigits: unit === 'millisecond' ? 0 : 1,
        }).format(milliseconds / length)
      },
      time: (iso: string) => moment.format(new Date(iso)),
      date: (iso: string) => day.format(new Date(iso)),
      number: (value: number) => number.format(value),
      /** `14 kB`, `64.1 MB` */
      size(octets: number) {
        const [smallest] = sizes.slice(-1)
        const fitting = sizes.find((one) => octets >= one.octets) ?? smallest
        return fitting === undefined ? '' : fitting.format.format(octets / fitting.octets)
      },
      /** `in 3 days`, `2 hours ago` */
      fromNow(iso: string) {
        const distance = Date.parse(iso) - Date.now()
        const [unit, length] = UNITS.find(([, least]) => Math.abs(distance) >= least) ?? ['second', 1000]
        return relative.format(Math.round(distance / length), unit)
      },
    }
  }, [language])
}
