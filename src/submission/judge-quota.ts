// What is left of the quotas of a sender, for whoever sets up a device: the look that MAIL takes, told in words.

import { describeOverQuota, type OverQuota, type QuotaUsage } from '../quota/quota.ts'
import type { TraceStep } from './decision-trace.ts'
import { exceededOnRequest, faultOf, faultStep } from './faults.ts'
import { quotaTerms } from './quota-check.ts'
import type { LoginWalk, Verdict } from './verdict.ts'

/** Undefined where quotas are not looked at. */
export async function judgeQuota(
  walk: LoginWalk,
  verdict: Verdict,
  domain: string,
  at: number,
): Promise<{ readonly step: TraceStep; readonly over?: OverQuota } | undefined> {
  const fault = faultOf(verdict.faults, 'throttled')
  if (fault !== undefined) return { step: faultStep(fault), over: exceededOnRequest(fault, verdict.service.id, at) }
  if (walk.sendingQuotas === undefined) return undefined
  const terms = (await quotaTerms(walk, verdict, domain)) ?? []
  const usages = await walk.sendingQuotas.readUsages(verdict.credential.principal.tenantId, terms, at)
  const over = usages.find(({ limit, used }) => used >= limit.limit)
  if (over !== undefined) return { step: { step: 'quota', passed: false, detail: describeOverQuota(over) }, over }
  const detail = usages.length === 0 ? 'nothing limits how much is sent' : usages.map(describeUsage).join('; ')
  return { step: { step: 'quota', passed: true, detail } }
}

const describeUsage = ({ limit: { subject, unit, window, limit }, used }: QuotaUsage): string =>
  `${used} of ${limit} ${unit} per ${window} of the ${subject.kind}`
