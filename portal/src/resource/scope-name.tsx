// What something is called: a subscription by its display name, a managed domain by the domain, everything else by its own name.

import { useQuery } from '@tanstack/react-query'
import { versionOf } from '../api/resource.ts'
import { useApi } from '../session/session-context.tsx'
import { nameOf, TYPES, typeOf } from './resource-id.ts'

type Named = { readonly displayName?: string; readonly properties?: { readonly fromSenderDomain?: string } }

export function useScopeName(id: string): string {
  const api = useApi()
  const type = typeOf(id)
  const { data } = useQuery({
    queryKey: [id],
    // The root of the tenant has no name.
    enabled: id !== '/' && (type === TYPES.subscription || type === TYPES.domain),
    queryFn: ({ signal }) => api.call<Named>('GET', id, { query: versionOf(id), signal }),
  })
  return data?.displayName ?? data?.properties?.fromSenderDomain ?? nameOf(id)
}

export function ScopeName({ id }: { readonly id: string }) {
  return useScopeName(id)
}
