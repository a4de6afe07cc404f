// One role, found by what its name holds; or all of them, where that is a choice.

import { Combobox, Field, Option } from '@fluentui/react-components'
import { useState } from 'react'
import { useSettled } from '../../parts/use-settled.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useRoleWords } from './built-in-roles.ts'
import type { RoleDefinition } from './model.ts'
import { useRoles } from './roles.ts'

export function RoleChoice(props: {
  readonly id: string
  readonly label: string
  readonly chosen: RoleDefinition | undefined
  /** What choosing none is called. */
  readonly all?: string
  readonly onChoose: (role: RoleDefinition | undefined) => void
}) {
  const { id, label, chosen, all, onChoose } = props
  const common = useTexts(commonTexts)
  const { nameOf } = useRoleWords()
  const [typed, setTyped] = useState<string | undefined>()
  const roles = useRoles(id, { text: useSettled((typed ?? '').trim()), type: undefined })
  const choose = (name: string | undefined) => {
    setTyped(undefined)
    const role = roles.items.find((one) => one.name === name)
    if (role !== undefined || name === '') onChoose(role)
  }
  return (
    <Field label={label}>
      <Combobox
        value={typed ?? (chosen === undefined ? (all ?? '') : nameOf(chosen))}
        selectedOptions={[chosen?.name ?? '']}
        onFocus={({ target }) => target.select()}
        onChange={({ target }) => setTyped(target.value)}
        onOptionSelect={(_event, { optionValue }) => choose(optionValue)}
        onBlur={() => setTyped(undefined)}
      >
        {all !== undefined && (
          <Option key="" value="">
            {all}
          </Option>
        )}
        {roles.items.map((role) => (
          <Option key={role.name} value={role.name}>
            {nameOf(role)}
          </Option>
        ))}
        {roles.items.length === 0 && (
          <Option key="none" value="none" disabled>
            {roles.isPending ? common.loading : common.nothingFound}
          </Option>
        )}
      </Combobox>
    </Field>
  )
}
