// The permissions of a role or a deny assignment: “+ Add permissions” and “+ Exclude permissions” open the catalogue.

import { Body1, Button, makeStyles, tokens } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTexts } from '../../texts/language.tsx'
import { AddPermissions } from './add-permissions.tsx'
import type { Permission } from './model.ts'
import { PermissionTable } from './permission-table.tsx'
import { addPatterns } from './role-draft.ts'
import { roleTexts } from './role-texts.ts'

const useStyles = makeStyles({ commands: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS } })

export function PermissionsStep(props: {
  readonly permission: Permission
  readonly onChange: (permission: Permission) => void
}) {
  const { permission, onChange } = props
  const t = useTexts(roleTexts)
  const styles = useStyles()
  const [mode, setMode] = useState<'add' | 'exclude' | undefined>()
  return (
    <>
      <div className={styles.commands}>
        <Button icon={<AddRegular />} onClick={() => setMode('add')}>
          {t.addPermissions}
        </Button>
        <Button icon={<AddRegular />} onClick={() => setMode('exclude')}>
          {t.excludePermissions}
        </Button>
      </div>
      <PermissionTable permission={permission} onChange={onChange} />
      {permission.notActions.length + permission.notDataActions.length > 0 && <Body1>{t.excludeHint}</Body1>}
      {mode !== undefined && (
        <AddPermissions
          title={mode === 'add' ? t.addPermissions : t.excludePermissions}
          onAdd={({ control, data }) => {
            const added =
              mode === 'add' ? { actions: control, dataActions: data } : { notActions: control, notDataActions: data }
            onChange(addPatterns(permission, added))
            setMode(undefined)
          }}
          onClose={() => setMode(undefined)}
        />
      )}
    </>
  )
}
