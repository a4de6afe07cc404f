// Which roles somebody has, and where: assigned to them, or to a group that they are in.

import { Body1, Spinner } from '@fluentui/react-components'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useRoleWords } from '../iam/built-in-roles.ts'
import { guidOf, pathsAt, type RoleAssignment, type RoleDefinition, VERSION } from '../iam/model.ts'
import { directoryTexts } from './directory-texts.ts'

/** As far as the person may see them: whoever may read none at the root of the tenant is told so by the API. */
export function useAssignmentsOf(principalId: string | undefined) {
  const api = useApi()
  const path = pathsAt('/').roleAssignments
  return useQuery({
    queryKey: [path, 'assigned to', principalId],
    enabled: principalId !== undefined,
    queryFn: async ({ signal }) => {
      const query = { ...VERSION, $filter: `assignedTo('${principalId}')` }
      return (await api.call<{ value: readonly RoleAssignment[] }>('GET', path, { query, signal })).value
    },
  })
}

function useRoleNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const api = useApi()
  const { nameOf: wordOf } = useRoleWords()
  const wanted = [...new Set(ids.map(guidOf))]
  const path = (name: string) => `${pathsAt('/').roleDefinitions}/${name}`
  const answers = useQueries({
    queries: wanted.map((name) => ({
      queryKey: [path(name)],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.call<RoleDefinition>('GET', path(name), { query: VERSION, signal }),
    })),
  })
  return new Map(
    answers.flatMap(({ data }, index) => (data === undefined ? [] : [[wanted[index] ?? '', wordOf(data)] as const])),
  )
}

export function PrincipalRoles({ principalId }: { readonly principalId: string | undefined }) {
  const t = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const assignments = useAssignmentsOf(principalId)
  const items = assignments.data ?? []
  const names = useRoleNames(items.map(({ properties }) => properties.roleDefinitionId))
  const roleOf = ({ properties }: RoleAssignment) => {
    const guid = guidOf(properties.roleDefinitionId)
    const through = properties.principalId === principalId ? '' : ` (${t.viaGroup})`
    return `${names.get(guid) ?? guid}${through}`
  }
  return (
    <BladeFrame title={t.roles}>
      {assignments.isError && <Failure error={assignments.error} onRetry={() => void assignments.refetch()} />}
      {assignments.isLoading && <Spinner label={common.loading} />}
      {!assignments.isPending && items.length === 0 && <Body1>{t.noRoles}</Body1>}
      {items.length > 0 && (
        <DataTable
          label={t.roles}
          items={items}
          keyOf={({ id }) => id}
          columns={[
            { key: 'role', header: t.role, cell: roleOf, width: 240 },
            { key: 'scope', header: t.scope, cell: ({ properties }) => <Scope id={properties.scope} />, width: 280 },
          ]}
        />
      )}
    </BladeFrame>
  )
}

function Scope({ id }: { readonly id: string }) {
  const t = useTexts(directoryTexts)
  if (id === '/') return t.wholeTenant
  return (
    <Link to={`${addressOf(id, 'iam')}?tab=assignments`} title={id} aria-label={`${t.openIam}: ${nameOf(id)}`}>
      {nameOf(id)}
    </Link>
  )
}
