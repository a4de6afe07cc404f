// Users, groups and service principals of the directory: found by name or id, and named where only their object id is known. Who may not
// read a kind of them is told no names of it.

import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { ApiError } from '../api/api.ts'
import { useApi } from '../session/session-context.tsx'
import { defineTexts } from '../texts/texts.ts'

export const PRINCIPAL_KINDS = ['User', 'Group', 'ServicePrincipal'] as const
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number]

export type Principal = {
  readonly id: string
  readonly kind: PrincipalKind
  readonly name: string
  /** User name of a user, application id of a service principal. */
  readonly detail: string
}

export const principalTexts = defineTexts(
  { User: 'User', Group: 'Group', ServicePrincipal: 'Service principal' },
  { User: 'Benutzer', Group: 'Gruppe', ServicePrincipal: 'Dienstprinzipal' },
)

type GraphObject = {
  readonly '@odata.type'?: string
  readonly id: string
  readonly displayName?: string
  readonly userPrincipalName?: string
  readonly appId?: string
}

const KIND_OF_TYPE: Readonly<Record<string, PrincipalKind>> = {
  '#microsoft.graph.user': 'User',
  '#microsoft.graph.group': 'Group',
  '#microsoft.graph.servicePrincipal': 'ServicePrincipal',
}

function principalOf(found: GraphObject, kind: PrincipalKind): Principal {
  const { id, displayName, userPrincipalName, appId } = found
  return { id, kind, name: displayName ?? id, detail: userPrincipalName ?? appId ?? '' }
}

/** As many as the API names at once. */
const MOST_IDS = 1000

/** By object id; what cannot be read, or is gone, is missing. */
export function usePrincipals(ids: readonly string[]): ReadonlyMap<string, Principal> {
  const api = useApi()
  const wanted = [...new Set(ids)].toSorted()
  const { data } = useQuery({
    queryKey: ['principals', wanted],
    enabled: wanted.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const parts = Array.from({ length: Math.ceil(wanted.length / MOST_IDS) }, (_none, part) =>
        wanted.slice(part * MOST_IDS, (part + 1) * MOST_IDS),
      )
      const answers = await Promise.all(
        parts.map((part) =>
          api.call<{ value: readonly GraphObject[] }>('POST', '/v1.0/directoryObjects/getByIds', {
            json: { ids: part },
            signal,
          }),
        ),
      )
      return answers.flatMap(({ value }) => value)
    },
  })
  return new Map(
    (data ?? []).flatMap((found) => {
      const kind = KIND_OF_TYPE[found['@odata.type'] ?? '']
      return kind === undefined ? [] : [[found.id, principalOf(found, kind)] as const]
    }),
  )
}

const SETS: Readonly<
  Record<PrincipalKind, { readonly path: string; readonly select: string; readonly right: string }>
> = {
  User: {
    path: '/v1.0/users',
    select: 'id,displayName,userPrincipalName',
    right: 'Microsoft.Directory/users/read',
  },
  Group: { path: '/v1.0/groups', select: 'id,displayName', right: 'Microsoft.Directory/groups/read' },
  ServicePrincipal: {
    path: '/v1.0/servicePrincipals',
    select: 'id,displayName,appId',
    right: 'Microsoft.Directory/servicePrincipals/read',
  },
}

export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A GUID is an object id, or the application id of a service principal; anything else is part of a name. */
function queryOf(kind: PrincipalKind, text: string): Readonly<Record<string, string>> {
  if (text === '') return {}
  if (GUID.test(text))
    return { $filter: kind === 'ServicePrincipal' ? `id eq '${text}' or appId eq '${text}'` : `id eq '${text}'` }
  const part = text.replaceAll('"', '')
  const byName = `"displayName:${part}"`
  return { $search: kind === 'User' ? `${byName} OR "userPrincipalName:${part}"` : byName }
}

export type PrincipalSearch = {
  readonly found: readonly Principal[]
  readonly isPending: boolean
  /** There are more than are shown. */
  readonly hasMore: boolean
  /** What would be needed to see all kinds. */
  readonly missing: readonly string[]
  readonly error: unknown
}

/** At most `limit` of each kind. */
export function usePrincipalSearch(
  text: string,
  kinds: readonly PrincipalKind[],
  options: { readonly limit: number; readonly enabled?: boolean },
): PrincipalSearch {
  const api = useApi()
  const { limit, enabled = true } = options
  const answers = useQueries({
    queries: kinds.map((kind) => ({
      queryKey: ['principal search', kind, text, limit],
      enabled,
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.call<{ value: readonly GraphObject[]; '@odata.nextLink'?: string }>('GET', SETS[kind].path, {
          query: { ...queryOf(kind, text), $top: limit, $select: SETS[kind].select },
          signal,
        }),
    })),
  })
  const isForbidden = (error: unknown) => error instanceof ApiError && error.status === 403
  return {
    found: answers.flatMap(({ data }, index) =>
      (data?.value ?? []).map((one) => principalOf(one, kinds[index] ?? 'User')),
    ),
    isPending: answers.some(({ isPending }) => isPending),
    hasMore: answers.some(({ data }) => data?.['@odata.nextLink'] !== undefined),
    missing: kinds.filter((_kind, index) => isForbidden(answers[index]?.error)).map((kind) => SETS[kind].right),
    error: answers.map(({ error }) => error).find((error) => error != null && !isForbidden(error)),
  }
}
