// Tells the operator of sign-ins that could not be checked, once a minute for each cause: anybody may ask as often as he likes, and
// the log must not fill for it. The line says how many were left out since the last. It is bounded: what was told first is forgotten.

import type { Logger } from '../../telemetry/logger.ts'

const INTERVAL = 60_000
const MAX_CAUSES = 1000

/** `detail` is the cause. */
export type OutageLog = (outage: {
  readonly applicationId: string
  readonly detail: string
  readonly at: number
}) => void

export function createOutageLog(logger: Pick<Logger, 'warn'>): OutageLog {
  const told = new Map<string, { readonly at: number; leftOut: number }>()
  return ({ applicationId, detail, at }) => {
    const last = told.get(detail)
    if (last !== undefined && Math.abs(at - last.at) < INTERVAL) {
      last.leftOut += 1
      return
    }
    told.delete(detail)
    told.set(detail, { at, leftOut: 0 })
    const [oldest] = told.keys()
    if (told.size > MAX_CAUSES && oldest !== undefined) told.delete(oldest)
    logger.warn({ applicationId, detail, leftOut: last?.leftOut ?? 0 }, 'a sign-in cannot be checked')
  }
}
