// Roles: all that may be assigned here, built-in and custom, and in the “…” of each row what can be done with it.

import {
  Body1,
  Button,
  Dropdown,
  Field,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Option,
  SearchBox,
} from '@fluentui/react-components'
import { MoreHorizontalRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { GuardedMenuItem } from '../../parts/guarded-menu-item.tsx'
import { useSettled } from '../../parts/use-settled.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useRoleWords } from './built-in-roles.ts'
import { useCellStyles } from './cell-styles.ts'
import { DeleteRole } from './delete-role.tsx'
import { iamTexts } from './iam-texts.ts'
import { countPermissions, RIGHTS, type RoleDefinition } from './model.ts'
import { useIam } from './navigation.ts'
import { RoleList } from './role-list.tsx'
import { RolePanel } from './role-panel.tsx'
import { roleTexts } from './role-texts.ts'
import { type RoleType, useRoles } from './roles.ts'

export function RolesTab({ id }: { readonly id: string }) {
  const t = useTexts(iamTexts)
  const { intro } = useTexts(roleTexts)
  const styles = useCellStyles()
  const words = useRoleWords()
  const [text, setText] = useState('')
  const [type, setType] = useState<RoleType | undefined>()
  const [viewed, setViewed] = useState<RoleDefinition | undefined>()
  const [doomed, setDoomed] = useState<RoleDefinition | undefined>()
  const roles = useRoles(id, { text: useSettled(text.trim()), type })
  return (
    <>
      <Body1>{intro}</Body1>
      <RoleFilter text={text} onText={setText} type={type} onType={setType} />
      <RoleList
        roles={roles}
        columns={[
          {
            key: 'name',
            width: 150,
            header: t.name,
            cell: (role) => <span className={styles.wrap}>{words.nameOf(role)}</span>,
          },
          {
            key: 'description',
            header: t.description,
            width: 240,
            cell: (role) => <span className={styles.wrap}>{words.descriptionOf(role)}</span>,
          },
          { key: 'type', width: 110, header: t.type, cell: ({ properties }) => t.roleTypes[properties.type] },
          {
            key: 'count',
            width: 110,
            header: t.permissions,
            cell: ({ properties }) => countPermissions(properties.permissions),
          },
          {
            key: 'more',
            header: '…',
            width: 48,
            cell: (role) => <RoleMenu id={id} role={role} onView={setViewed} onDelete={setDoomed} />,
          },
        ]}
      />
      {viewed !== undefined && <RolePanel role={viewed} onClose={() => setViewed(undefined)} />}
      {doomed !== undefined && <DeleteRole id={id} role={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  )
}

export function RoleFilter(props: {
  readonly text: string
  readonly onText: (text: string) => void
  readonly type: RoleType | undefined
  readonly onType: (type: RoleType | undefined) => void
}) {
  const { text, onText, type, onType } = props
  const t = useTexts(iamTexts)
  const { search } = useTexts(roleTexts)
  const styles = useCellStyles()
  const types = ['BuiltInRole', 'CustomRole'] as const
  return (
    <search className={styles.filter}>
      <Field label={search}>
        <SearchBox value={text} onChange={(_event, { value }) => onText(value)} />
      </Field>
      <Field label={t.type}>
        <Dropdown
          value={type === undefined ? t.all : t.roleTypes[type]}
          selectedOptions={[type ?? '']}
          onOptionSelect={(_event, { optionValue }) => onType(types.find((one) => one === optionValue))}
        >
          <Option value="">{t.all}</Option>
          {types.map((one) => (
            <Option key={one} value={one}>
              {t.roleTypes[one]}
            </Option>
          ))}
        </Dropdown>
      </Field>
    </search>
  )
}

function RoleMenu(props: {
  readonly id: string
  readonly role: RoleDefinition
  readonly onView: (role: RoleDefinition) => void
  readonly onDelete: (role: RoleDefinition) => void
}) {
  const { id, role, onView, onDelete } = props
  const t = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const { nameOf } = useRoleWords()
  const { openForm } = useIam()
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={t.actionsOf(nameOf(role))} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => onView(role)}>{t.view}</MenuItem>
          <GuardedMenuItem
            scope={id}
            right={RIGHTS.writeRole}
            onClick={() => openForm('role', { role: role.name, clone: 'true' })}
          >
            {t.clone}
          </GuardedMenuItem>
          {role.properties.type === 'CustomRole' && (
            <>
              <GuardedMenuItem
                scope={id}
                right={RIGHTS.writeRole}
                onClick={() => openForm('role', { role: role.name })}
              >
                {t.edit}
              </GuardedMenuItem>
              <GuardedMenuItem scope={id} right={RIGHTS.deleteRole} onClick={() => onDelete(role)}>
                {common.delete}
              </GuardedMenuItem>
            </>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
