// What the API counts, for a range up to now: every interval of it, also those in which nothing happened.

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useApi } from '../../session/session-context.tsx'

const HOUR = 3_600_000
export const RANGES = {
  hour: { length: HOUR, interval: 'PT5M', step: HOUR / 12 },
  day: { length: 24 * HOUR, interval: 'PT1H', step: HOUR },
  week: { length: 7 * 24 * HOUR, interval: 'PT1H', step: HOUR },
} as const
export type Range = keyof typeof RANGES

export type Figures = {
  readonly submissions: number
  readonly size: number
  readonly delivered: number
  readonly failed: number
  readonly suppressed: number
  readonly latency?: { readonly p50: number; readonly p95: number }
  readonly refusals: readonly { readonly reason: string; readonly count: number }[]
}
type Answer = {
  readonly from: string
  readonly to: string
  readonly isComplete: boolean
  readonly totals: Figures
  readonly value: readonly (Figures & { readonly at: string })[]
}

export type Statistics = {
  readonly isComplete: boolean
  readonly totals: Figures
  readonly times: readonly string[]
  /** One for each time; undefined where nothing happened. */
  readonly figures: readonly (Figures | undefined)[]
}

export const STATISTICS_PATH = '/providers/Postern.Mail/statistics'
const OFTEN = 60_000

export function useStatistics(range: Range) {
  const api = useApi()
  return useQuery({
    queryKey: [STATISTICS_PATH, range],
    refetchInterval: OFTEN,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Statistics> => {
      const { length, interval, step } = RANGES[range]
      const query = { from: new Date(Date.now() - length).toISOString(), interval }
      return filled(await api.call<Answer>('GET', STATISTICS_PATH, { query, signal }), step)
    },
  })
}

function filled({ from, to, value, ...rest }: Answer, step: number): Statistics {
  const [begin, end] = [Date.parse(from), Date.parse(to)]
  const known = new Map(value.map(({ at, ...figures }) => [Date.parse(at), figures]))
  const moments = Array.from({ length: Math.ceil((end - begin) / step) }, (_none, index) => begin + index * step)
  return {
    ...rest,
    times: moments.map((at) => new Date(at).toISOString()),
    figures: moments.map((at) => known.get(at)),
  }
}

export const refusedIn = ({ refusals }: Figures): number => refusals.reduce((sum, { count }) => sum + count, 0)
