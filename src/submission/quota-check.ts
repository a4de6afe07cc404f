// Quotas in the walk of a message: what it counts against is found once for a verdict and a sender domain, and MAIL looks whether one more
// message fits. That look is a courtesy to whoever would send the content in vain; the transaction that enqueues decides.

import type { OverQuota, QuotaAmount, QuotaTerm } from '../quota/quota.ts'
import { exceededOnRequest, faultOf } from './faults.ts'
import type { SubmissionService } from './submission.ts'
import type { Verdict } from './verdict.ts'

/** Domains remembered for one verdict; devices use one. */
const REMEMBERED = 64

type Asked = Pick<SubmissionService, 'sendingQuotas'>

/** Undefined where nothing limits the sender. Throws when the store does not answer. */
export async function quotaTerms(
  { sendingQuotas: quotas }: Asked,
  verdict: Verdict,
  domain: string,
): Promise<readonly QuotaTerm[] | undefined> {
  if (quotas === undefined) return undefined
  const known = verdict.quotaTerms?.get(domain)
  const terms = known ?? (await quotas.termsOf(countedSender(verdict, domain)))
  if (known === undefined && (verdict.quotaTerms?.size ?? REMEMBERED) < REMEMBERED)
    verdict.quotaTerms?.set(domain, terms)
  return terms.length === 0 ? undefined : terms
}

const countedSender = ({ credential: { principal }, service, epoch }: Verdict, domain: string) => ({
  tenantId: principal.tenantId,
  epoch,
  applicationId: principal.applicationId,
  resourceId: service.id,
  domain,
})

/** The limit that one more message would exceed now; undefined when it fits. */
export async function findExceeded(
  { sendingQuotas: quotas, clock }: Asked & Pick<SubmissionService, 'clock'>,
  verdict: Verdict,
  terms: readonly QuotaTerm[] | undefined,
  amount: QuotaAmount = { messages: 1, recipients: 1 },
): Promise<OverQuota | undefined> {
  const fault = faultOf(verdict.faults, 'throttled')
  if (fault !== undefined) return exceededOnRequest(fault, verdict.service.id, clock.now())
  if (terms === undefined) return undefined
  return quotas?.findOver(verdict.credential.principal.tenantId, terms, amount, clock.now())
}
