// Faults on request as the API tells them. It says itself whether the installation allows any.

import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../../api/api.ts'
import { useApi } from '../../session/session-context.tsx'

export const OF_CREDENTIALS = ['expired-secret', 'token-service-down', 'token-service-slow'] as const
export const OF_SENDING = ['missing-role', 'unverified-domain', 'throttled', 'recipients', 'slow-reply'] as const
export type FaultKind = (typeof OF_CREDENTIALS)[number] | (typeof OF_SENDING)[number]

export type Fault = {
  readonly id: string
  readonly kind: FaultKind
  readonly applicationId?: string
  readonly communicationServiceId?: string
  /** Milliseconds. */
  readonly delay?: number
  /** Seconds. */
  readonly retryAfter?: number
  readonly endsAt: string
  readonly createdAt: string
  readonly createdBy: string
}

type Answer = { readonly value: readonly Fault[]; readonly isAllowed: boolean }

export const FAULTS_PATH = '/providers/Postern.Mail/faults'
export const MAY_SET = { action: 'Postern.Mail/faults/write' } as const
const OFTEN = 60_000

export function useFaults() {
  const api = useApi()
  return useQuery<Answer>({
    queryKey: [FAULTS_PATH],
    refetchInterval: (query) => (query.state.error instanceof ApiError ? false : OFTEN),
    queryFn: ({ signal }) => api.call<Answer>('GET', FAULTS_PATH, { signal }),
  })
}

export const useFaultsAllowed = (): boolean => useFaults().data?.isAllowed === true
