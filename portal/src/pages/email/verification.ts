// Having the records of a domain verified, one after the other, and what the DNS has where they should be.

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { versionOf } from '../../api/resource.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import type { Domain, RecordType } from './domain.ts'

export const VERIFY = { action: 'Microsoft.Communication/EmailServices/Domains/InitiateVerification/action' }

export type Observed = {
  readonly check: RecordType | 'MX'
  readonly role: 'present' | 'next' | 'zone'
  readonly name: string
  readonly status: 'AsIssued' | 'Different' | 'Unknown'
  readonly errorCode: string
  readonly seen: readonly string[]
}

export function useDnsNow(id: string) {
  const api = useApi()
  const path = `${id}/providers/Postern.Mail/dnsRecords`
  return useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => (await api.call<{ value: readonly Observed[] }>('GET', path, { signal })).value,
  })
}

export type Verification = {
  /** What is looked for now. */
  readonly current: RecordType | undefined
  readonly error: unknown
  readonly start: (types: readonly RecordType[]) => void
}

export function useVerification(id: string): Verification {
  const api = useApi()
  const [current, setCurrent] = useState<RecordType | undefined>()
  const verify = useAction({
    run: async (types: readonly RecordType[]) => {
      try {
        for (const type of types) {
          setCurrent(type)
          const path = `${id}/initiateVerification`
          await api.call('POST', path, { query: versionOf(id), json: { verificationType: type } })
          if (type === 'Domain' && !(await isOwned(id))) return
        }
      } finally {
        setCurrent(undefined)
      }
    },
  })
  return { current, error: verify.error, start: verify.mutate }

  /** Nothing else is looked for before. */
  async function isOwned(domainId: string): Promise<boolean> {
    const { properties } = await api.call<Domain>('GET', domainId, { query: versionOf(domainId) })
    return properties.verificationStates.Domain.status === 'Verified'
  }
}
