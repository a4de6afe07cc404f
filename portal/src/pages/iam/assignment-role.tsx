// The step in which the role of a new assignment is chosen, from all that may be assigned here.

import { Body1, Button, Radio } from '@fluentui/react-components'
import { useState } from 'react'
import { useSettled } from '../../parts/use-settled.ts'
import { useTexts } from '../../texts/language.tsx'
import { assignmentTexts } from './assignment-texts.ts'
import { useRoleWords } from './built-in-roles.ts'
import { useCellStyles } from './cell-styles.ts'
import { iamTexts } from './iam-texts.ts'
import type { RoleDefinition } from './model.ts'
import { RoleList } from './role-list.tsx'
import { RolePanel } from './role-panel.tsx'
import { RoleFilter } from './roles-tab.tsx'
import { type RoleType, useRoles } from './roles.ts'

export function AssignmentRole(props: {
  readonly id: string
  readonly role: RoleDefinition | undefined
  readonly onChoose: (role: RoleDefinition) => void
}) {
  const { id, role: chosen, onChoose } = props
  const t = useTexts(assignmentTexts)
  const iam = useTexts(iamTexts)
  const styles = useCellStyles()
  const { nameOf, descriptionOf } = useRoleWords()
  const [text, setText] = useState('')
  const [type, setType] = useState<RoleType | undefined>()
  const [viewed, setViewed] = useState<RoleDefinition | undefined>()
  const roles = useRoles(id, { text: useSettled(text.trim()), type })
  return (
    <>
      <Body1>{t.roleIntro}</Body1>
      <RoleFilter text={text} onText={setText} type={type} onType={setType} />
      <RoleList
        roles={roles}
        columns={[
          {
            key: 'name',
            header: iam.name,
            width: 200,
            cell: (role) => (
              <Radio
                name="role"
                value={role.name}
                checked={chosen?.name === role.name}
                onChange={() => onChoose(role)}
                label={<span className={styles.wrap}>{nameOf(role)}</span>}
              />
            ),
          },
          {
            key: 'description',
            header: iam.description,
            width: 200,
            cell: (role) => <span className={styles.wrap}>{descriptionOf(role)}</span>,
          },
          { key: 'type', header: iam.type, cell: ({ properties }) => iam.roleTypes[properties.type] },
          {
            key: 'details',
            width: 90,
            header: t.details,
            cell: (role) => (
              <Button appearance="subtle" aria-label={t.viewRole(nameOf(role))} onClick={() => setViewed(role)}>
                {iam.view}
              </Button>
            ),
          },
        ]}
      />
      <Body1>{chosen === undefined ? t.noRole : `${t.chosenRole}: ${nameOf(chosen)}`}</Body1>
      {viewed !== undefined && <RolePanel role={viewed} onClose={() => setViewed(undefined)} />}
    </>
  )
}
