// Resources of Resource Manager: how one is asked for, and in which version of its type. Pages that ask for the same share the answer.

import { useQuery } from '@tanstack/react-query'
import { TYPES, typeOf } from '../resource/resource-id.ts'
import { useApi } from '../session/session-context.tsx'

export type ArmResource<Properties = unknown> = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly location?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly properties: Properties
}

/** For the path of a resource, a list of them, or an action on one. */
export function apiVersionOf(path: string): string {
  const type = typeOf(path)
  if (type.startsWith('microsoft.communication/')) return '2025-09-01'
  return type === TYPES.subscription ? '2022-12-01' : '2021-04-01'
}

export const versionOf = (path: string) => ({ 'api-version': apiVersionOf(path) })

export function useResource<Properties>(id: string) {
  const api = useApi()
  return useQuery({
    queryKey: [id],
    queryFn: ({ signal }) => api.call<ArmResource<Properties>>('GET', id, { query: versionOf(id), signal }),
  })
}
