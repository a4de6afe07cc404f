// A fault that is being filled in, and what the API is given of it. Pure.

import { type FaultKind, OF_CREDENTIALS } from './faults.ts'

export const LENGTHS = [600_000, 3_600_000, 28_800_000, 86_400_000] as const

export type FaultDraft = {
  readonly kind: FaultKind
  readonly of: 'application' | 'service'
  /** Empty until one is chosen. */
  readonly applicationId: string
  readonly subscriptionId: string | undefined
  readonly serviceId: string | undefined
  /** In seconds. */
  readonly delay: string
  readonly retryAfter: string
  /** In milliseconds. */
  readonly length: (typeof LENGTHS)[number]
}

export const EMPTY_FAULT: FaultDraft = {
  kind: 'throttled',
  of: 'application',
  applicationId: '',
  subscriptionId: undefined,
  serviceId: undefined,
  delay: '5',
  retryAfter: '60',
  length: 3_600_000,
}

export const isOfCredential = (kind: FaultKind): boolean => OF_CREDENTIALS.some((one) => one === kind)
export const isSlow = (kind: FaultKind): boolean => kind.includes('slow')
export const isOfService = ({ kind, of }: FaultDraft): boolean => of === 'service' && !isOfCredential(kind)

const isWithin = (text: string, most: number): boolean => Number(text) > 0 && Number(text) <= most

export function isComplete(draft: FaultDraft): boolean {
  const { kind, applicationId, serviceId, delay, retryAfter } = draft
  const isAimed = isOfService(draft) ? serviceId !== undefined : applicationId !== ''
  if (isSlow(kind)) return isAimed && isWithin(delay, 120)
  return isAimed && (kind !== 'throttled' || (Number.isInteger(Number(retryAfter)) && isWithin(retryAfter, 240)))
}

export function bodyOf(draft: FaultDraft, now: number): object {
  const { kind, applicationId, serviceId, delay, retryAfter, length } = draft
  return {
    kind,
    ...(isOfService(draft) ? { communicationServiceId: serviceId } : { applicationId }),
    ...(isSlow(kind) && { delay: Math.round(Number(delay) * 1000) }),
    ...(kind === 'throttled' && { retryAfter: Number(retryAfter) }),
    // A day at most, by the clock of the server.
    endsAt: new Date(now + Math.min(length, 86_400_000 - 60_000)).toISOString(),
  }
}
