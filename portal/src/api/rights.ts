// What the person may do on a scope, as the API tells it: what they may not is shown greyed out, with what is missing. It decides
// nothing; the API does, at each call. Azure: permissions API.

import { useQueries, useQuery } from '@tanstack/react-query'
import { matchesAction } from '../../../src/access/action-pattern.ts'
import type { Api } from './api.ts'
import { useApi } from '../session/session-context.tsx'

type Permission = {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
}

export type Right = { readonly action: string; readonly kind?: 'control' | 'data' }
export type MayDo = (right: Right) => boolean

function permissionsOf(api: Api, scope: string) {
  const path = `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/permissions`
  return {
    queryKey: [path],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      api.call<{ value: readonly Permission[] }>('GET', path, { query: { 'api-version': '2022-04-01' }, signal }),
  }
}

/** Until the answer is there, and where there is none, everything is offered: the API refuses what it must. */
export function useMayDo(scope: string): MayDo {
  const { data } = useQuery({ ...permissionsOf(useApi(), scope), staleTime: 60_000 })
  return (right) => data === undefined || data.value.some((permission) => allows(permission, right))
}

function allows(permission: Permission, { action, kind = 'control' }: Right): boolean {
  const [given, taken] =
    kind === 'control'
      ? [permission.actions, permission.notActions]
      : [permission.dataActions, permission.notDataActions]
  const matches = (patterns: readonly string[]) => patterns.some((pattern) => matchesAction(pattern, action))
  return matches(given) && !matches(taken)
}

/** What may be done on one of several scopes at least, for what reaches as far as the person may. */
export function useMayDoOnAny(scopes: readonly string[]): MayDo {
  const api = useApi()
  const answers = useQueries({
    queries: [...new Set(scopes)].map((scope) => ({ ...permissionsOf(api, scope), staleTime: 60_000 })),
  })
  return (right) =>
    answers.some(({ data }) => data === undefined || data.value.some((permission) => allows(permission, right)))
}

/** Whether no role says anything at the scope; undefined until the answer is there, and nothing is claimed where there is none. */
export function useHasNoRight(scope: string, options: { readonly enabled: boolean }): boolean | undefined {
  const { data, isError } = useQuery({ ...permissionsOf(useApi(), scope), staleTime: 60_000, ...options })
  if (data === undefined) return isError ? false : undefined
  return data.value.every(({ actions, dataActions }) => actions.length === 0 && dataActions.length === 0)
}
