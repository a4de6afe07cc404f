// Basics of a custom role: its name, what it is for, and what its permissions begin with.

import { Field, Input, Radio, RadioGroup, Textarea } from '@fluentui/react-components'
import { useState } from 'react'
import { useTexts } from '../../texts/language.tsx'
import { iamTexts } from './iam-texts.ts'
import type { RoleDefinition } from './model.ts'
import { RoleChoice } from './role-choice.tsx'
import type { RoleDraft } from './role-draft.ts'
import { roleTexts } from './role-texts.ts'

export function RoleBasics(props: {
  readonly id: string
  readonly draft: RoleDraft
  readonly onChange: (part: Partial<RoleDraft>) => void
  /** A role that is changed has no other to begin with. */
  readonly isNew: boolean
  readonly cloned: RoleDefinition | undefined
  readonly onClone: (role: RoleDefinition | undefined) => void
}) {
  const { id, draft, onChange, isNew, cloned, onClone } = props
  const t = useTexts(roleTexts)
  const { description } = useTexts(iamTexts)
  const [isClone, setIsClone] = useState(cloned !== undefined)
  return (
    <>
      <Field label={t.roleName} required>
        <Input value={draft.roleName} onChange={(_event, { value }) => onChange({ roleName: value })} />
      </Field>
      <Field label={description}>
        <Textarea value={draft.description} onChange={(_event, { value }) => onChange({ description: value })} />
      </Field>
      {isNew && (
        <Field label={t.baseline}>
          <RadioGroup
            layout="horizontal"
            value={isClone ? 'clone' : 'scratch'}
            onChange={(_event, { value }) => {
              setIsClone(value === 'clone')
              if (value !== 'clone') onClone(undefined)
            }}
          >
            <Radio value="clone" label={t.cloneRole} />
            <Radio value="scratch" label={t.fromScratch} />
          </RadioGroup>
        </Field>
      )}
      {isNew && isClone && <RoleChoice id={id} label={t.roleToClone} chosen={cloned} onChoose={onClone} />}
    </>
  )
}
