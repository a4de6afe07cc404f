// Roles in a table, with a button for more where there are more.

import { Button, Spinner, Text } from '@fluentui/react-components'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { iamTexts } from './iam-texts.ts'
import type { RoleDefinition } from './model.ts'
import type { useRoles } from './roles.ts'

export function RoleList(props: {
  readonly roles: ReturnType<typeof useRoles>
  readonly columns: readonly Column<RoleDefinition>[]
}) {
  const { roles, columns } = props
  const t = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  if (roles.error != null) return <Failure error={roles.error} onRetry={roles.retry} />
  if (roles.items.length === 0)
    return roles.isPending ? <Spinner label={common.loading} /> : <Text>{common.nothingFound}</Text>
  return (
    <>
      <DataTable label={t.tabs.roles} items={roles.items} columns={columns} keyOf={({ name }) => name} />
      {roles.hasNextPage && (
        <Button disabled={roles.isFetchingNextPage} onClick={roles.fetchNextPage}>
          {common.loadMore}
        </Button>
      )}
    </>
  )
}
