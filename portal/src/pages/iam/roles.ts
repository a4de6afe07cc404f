// The roles that may be assigned on a scope. The built-in ones are few and asked for as a whole, so that they are found in the language
// of the page; custom roles are searched by the API, page by page.

import { useQueries, useQuery } from '@tanstack/react-query'
import { usePages } from '../../api/pages.ts'
import { useApi } from '../../session/session-context.tsx'
import { useRoleWords } from './built-in-roles.ts'
import { guidOf, pathsAt, quoted, type RoleDefinition, VERSION } from './model.ts'

export type RoleType = RoleDefinition['properties']['type']

function useBuiltInRoles(scope: string) {
  const api = useApi()
  const path = pathsAt(scope).roleDefinitions
  return useQuery({
    queryKey: [path, 'built-in'],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      api.call<{ value: readonly RoleDefinition[] }>('GET', path, {
        query: { ...VERSION, $filter: `type eq 'BuiltInRole'` },
        signal,
      }),
  })
}

/** Built-in roles first, then custom ones by name. */
export function useRoles(scope: string, options: { readonly text: string; readonly type: RoleType | undefined }) {
  const { text, type } = options
  const words = useRoleWords()
  const builtIn = useBuiltInRoles(scope)
  const search = text === '' ? '' : ` and contains(roleName,${quoted(text)})`
  const custom = usePages<RoleDefinition>(
    pathsAt(scope).roleDefinitions,
    { ...VERSION, $top: 50, $filter: `type eq 'CustomRole'${search}` },
    { enabled: type !== 'BuiltInRole' },
  )
  const meant = (builtIn.data?.value ?? []).filter((role) => words.isMeant(role, text))
  return {
    items: [...(type === 'CustomRole' ? [] : meant), ...(type === 'BuiltInRole' ? [] : custom.items)],
    isPending: builtIn.isPending || (type !== 'BuiltInRole' && custom.isPending),
    error: builtIn.error ?? custom.error,
    retry: () => void Promise.all([builtIn.refetch(), custom.refetch()]),
    hasNextPage: type !== 'BuiltInRole' && custom.hasNextPage,
    isFetchingNextPage: custom.isFetchingNextPage,
    fetchNextPage: () => void custom.fetchNextPage(),
  }
}

/** Definitions by GUID, for those that are named by an id alone. */
export function useRolesById(scope: string, ids: readonly string[]): ReadonlyMap<string, RoleDefinition> {
  const api = useApi()
  const builtIn = useBuiltInRoles(scope)
  const known = new Map((builtIn.data?.value ?? []).map((role) => [role.name, role]))
  const others = [...new Set(ids.map(guidOf))].filter((name) => !known.has(name))
  const answers = useQueries({
    queries: others.map((name) => ({
      queryKey: ['role', scope, name],
      enabled: builtIn.data !== undefined,
      staleTime: 60_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => readRole(api, scope, name, signal),
    })),
  })
  for (const { data } of answers) if (data !== undefined) known.set(data.name, data)
  return known
}

export function useRole(scope: string, name: string | undefined) {
  const api = useApi()
  return useQuery({
    queryKey: ['role', scope, name],
    enabled: name !== undefined,
    queryFn: ({ signal }) => readRole(api, scope, name ?? '', signal),
  })
}

function readRole(api: ReturnType<typeof useApi>, scope: string, name: string, signal: AbortSignal) {
  return api.call<RoleDefinition>('GET', `${pathsAt(scope).roleDefinitions}/${name}`, { query: VERSION, signal })
}
