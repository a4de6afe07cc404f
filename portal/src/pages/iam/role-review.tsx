// The whole custom role once more before it is made, with what it still lacks.

import { MessageBar, MessageBarBody, Subtitle2 } from '@fluentui/react-components'
import { Essentials } from '../../parts/essentials.tsx'
import { useTexts } from '../../texts/language.tsx'
import { useCellStyles } from './cell-styles.ts'
import { iamTexts } from './iam-texts.ts'
import { PermissionTable } from './permission-table.tsx'
import { hasPermission, type RoleDraft } from './role-draft.ts'
import { roleTexts } from './role-texts.ts'

export function RoleReview({ draft }: { readonly draft: RoleDraft }) {
  const t = useTexts(roleTexts)
  const { name, description, noDescription, permissions } = useTexts(iamTexts)
  const styles = useCellStyles()
  const missing = [
    ...(draft.roleName.trim() === '' ? [t.missingName] : []),
    ...(hasPermission(draft.permission) ? [] : [t.missingPermission]),
    ...(draft.assignableScopes.length === 0 ? [t.missingScope] : []),
  ]
  return (
    <>
      {missing.map((text) => (
        <MessageBar key={text} intent="warning">
          <MessageBarBody>{text}</MessageBarBody>
        </MessageBar>
      ))}
      <Essentials
        items={[
          { label: name, value: draft.roleName },
          { label: description, value: draft.description || noDescription },
        ]}
      />
      <Subtitle2 as="h3" className={styles.heading}>
        {permissions}
      </Subtitle2>
      <PermissionTable permission={draft.permission} />
      <Subtitle2 as="h3" className={styles.heading}>
        {t.assignableScopes}
      </Subtitle2>
      <ul className={styles.plain}>
        {draft.assignableScopes.map((scope) => (
          <li key={scope}>{scope}</li>
        ))}
      </ul>
    </>
  )
}
