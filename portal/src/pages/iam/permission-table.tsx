// The permissions of a role or a deny assignment, one in a row: what each is for, whether it gives or takes, and a button to remove it.

import { Button, Text } from '@fluentui/react-components'
import { DeleteRegular } from '@fluentui/react-icons'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useCatalogue } from './catalogue.ts'
import { iamTexts } from './iam-texts.ts'
import { PARTS, type Part, type Permission } from './model.ts'
import { useCellStyles } from './cell-styles.ts'

type Row = { readonly part: Part; readonly pattern: string }

export function PermissionTable(props: {
  readonly permission: Permission
  /** Without it nothing can be removed. */
  readonly onChange?: (permission: Permission) => void
}) {
  const { permission, onChange } = props
  const t = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const styles = useCellStyles()
  const { byName } = useCatalogue()
  const rows = PARTS.flatMap((part) => permission[part].map((pattern): Row => ({ part, pattern })))
  if (rows.length === 0) return <Text>{t.noPermissions}</Text>
  const columns: readonly Column<Row>[] = [
    {
      key: 'permission',
      width: 220,
      header: t.permission,
      cell: ({ pattern }) => <span className={styles.wrap}>{pattern}</span>,
    },
    {
      key: 'description',
      width: 180,
      header: t.description,
      cell: ({ pattern }) => (
        <span className={styles.wrap}>{byName.get(pattern.toLowerCase())?.description ?? '-'}</span>
      ),
    },
    {
      key: 'type',
      width: 130,
      header: t.permissionType,
      cell: ({ part }) => <span className={styles.wrap}>{t.parts[part]}</span>,
    },
  ]
  const removal = (change: (permission: Permission) => void): Column<Row> => ({
    key: 'remove',
    width: 90,
    header: common.remove,
    cell: ({ part, pattern }) => (
      <Button
        appearance="subtle"
        icon={<DeleteRegular />}
        aria-label={`${common.remove}: ${pattern}`}
        onClick={() => change({ ...permission, [part]: permission[part].filter((one) => one !== pattern) })}
      />
    ),
  })
  return (
    <DataTable
      label={t.permissions}
      items={rows}
      keyOf={({ part, pattern }) => `${part} ${pattern}`}
      columns={onChange === undefined ? columns : [...columns, removal(onChange)]}
    />
  )
}
