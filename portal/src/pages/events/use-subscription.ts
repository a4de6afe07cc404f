// One event subscription, for the pages about it.

import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../session/session-context.tsx'
import { type EventSubscription, subscriptionPath } from './subscription.ts'

export function useSubscription(scope: string, name: string) {
  const api = useApi()
  const path = subscriptionPath(scope, name)
  return useQuery({ queryKey: [path], queryFn: ({ signal }) => api.call<EventSubscription>('GET', path, { signal }) })
}
