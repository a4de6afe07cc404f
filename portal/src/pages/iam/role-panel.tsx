// “View”: what a role permits, where it may be assigned, and how it is written as JSON.

import { Body1, Link, Subtitle2 } from '@fluentui/react-components'
import { useState } from 'react'
import { CopyField } from '../../parts/copy-field.tsx'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { useTexts } from '../../texts/language.tsx'
import { useRoleWords } from './built-in-roles.ts'
import { useCellStyles } from './cell-styles.ts'
import { iamTexts } from './iam-texts.ts'
import { joinPermissions, type RoleDefinition } from './model.ts'
import { PermissionTable } from './permission-table.tsx'
import { roleTexts } from './role-texts.ts'

export function RolePanel({ role, onClose }: { readonly role: RoleDefinition; readonly onClose: () => void }) {
  const t = useTexts(iamTexts)
  const { assignableScopes } = useTexts(roleTexts)
  const styles = useCellStyles()
  const { nameOf, descriptionOf } = useRoleWords()
  const { properties, id } = role
  return (
    <DetailPanel title={nameOf(role)} onClose={onClose}>
      <Body1>{descriptionOf(role)}</Body1>
      <Body1>{t.roleTypes[properties.type]}</Body1>
      <CopyField label={t.id} value={id} />
      <Subtitle2 as="h3" className={styles.heading}>
        {t.permissions}
      </Subtitle2>
      <PermissionTable permission={joinPermissions(properties.permissions)} />
      <Subtitle2 as="h3" className={styles.heading}>
        {assignableScopes}
      </Subtitle2>
      <ul className={styles.plain}>
        {properties.assignableScopes.map((scope) => (
          <li key={scope}>{scope}</li>
        ))}
      </ul>
    </DetailPanel>
  )
}

/** The name of a role that opens what it is. */
export function RolePanelButton({ role }: { readonly role: RoleDefinition }) {
  const { nameOf } = useRoleWords()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <Link as="button" onClick={() => setIsOpen(true)}>
        {nameOf(role)}
      </Link>
      {isOpen && <RolePanel role={role} onClose={() => setIsOpen(false)} />}
    </>
  )
}
