// “Add role assignment” in Azure's steps: Role, Members, Review + assign. One assignment is made for each member.

import { Body1, Button, Field, Radio, RadioGroup, Textarea } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { PrincipalList, PrincipalPicker } from '../../parts/principal-picker.tsx'
import type { Principal } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { Wizard } from '../../parts/wizard.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { AssignmentRole } from './assignment-role.tsx'
import { assignmentTexts } from './assignment-texts.ts'
import { useRoleWords } from './built-in-roles.ts'
import { useCellStyles } from './cell-styles.ts'
import { iamTexts } from './iam-texts.ts'
import { pathsAt, type RoleDefinition, VERSION } from './model.ts'
import { useIam } from './navigation.ts'

type Draft = {
  readonly role: RoleDefinition | undefined
  readonly members: readonly Principal[]
  readonly description: string
}

export function AddAssignment({ id }: { readonly id: string }) {
  const t = useTexts(assignmentTexts)
  const { addAssignment } = useTexts(iamTexts)
  const { showTab } = useIam()
  const [draft, setDraft] = useState<Draft>({ role: undefined, members: [], description: '' })
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const assign = useAssign(id, draft)
  const { role, members } = draft
  return (
    <BladeFrame title={addAssignment}>
      <Wizard
        steps={[
          {
            name: 'role',
            title: t.steps.role,
            content: <AssignmentRole id={id} role={role} onChoose={(chosen) => change({ role: chosen })} />,
            isComplete: role !== undefined,
          },
          {
            name: 'members',
            title: t.steps.members,
            content: <Members draft={draft} onChange={change} />,
            isComplete: members.length > 0,
          },
          { name: 'review', title: t.steps.review, content: <Review id={id} draft={draft} /> },
        ]}
        verb={t.steps.review}
        isBusy={assign.isPending}
        error={assign.error}
        onDone={() => assign.mutate(undefined)}
        onCancel={() => showTab('assignments')}
      />
    </BladeFrame>
  )
}

function useAssign(id: string, { role, members, description }: Draft) {
  const t = useTexts(assignmentTexts)
  const api = useApi()
  const { showTab } = useIam()
  // Kept while the form is open: after a failure those that were made already are only written again.
  const [names] = useState(() => new Map<string, string>())
  const nameFor = (principalId: string) => {
    const key = `${role?.name} ${principalId}`
    const name = names.get(key) ?? crypto.randomUUID()
    names.set(key, name)
    return name
  }
  return useAction({
    run: async () => {
      for (const { id: principalId, kind } of members)
        await api.call('PUT', `${pathsAt(id).roleAssignments}/${nameFor(principalId)}`, {
          query: VERSION,
          json: {
            properties: {
              roleDefinitionId: role?.id,
              principalId,
              principalType: kind,
              ...(description.trim() !== '' && { description: description.trim() }),
            },
          },
        })
      return members.length
    },
    said: t.assigned,
    onDone: () => showTab('assignments'),
  })
}

function Members(props: { readonly draft: Draft; readonly onChange: (part: Partial<Draft>) => void }) {
  const { draft, onChange } = props
  const t = useTexts(assignmentTexts)
  const { description } = useTexts(iamTexts)
  const [isPicking, setIsPicking] = useState(false)
  const styles = useCellStyles()
  return (
    <div className={styles.wide}>
      <Field label={t.assignTo}>
        <RadioGroup value="someone">
          <Radio value="someone" label={t.someone} />
        </RadioGroup>
      </Field>
      <div>
        <Button icon={<AddRegular />} onClick={() => setIsPicking(true)}>
          {t.selectMembers}
        </Button>
      </div>
      {draft.members.length === 0 ? (
        <Body1>{t.noMembers}</Body1>
      ) : (
        <PrincipalList
          label={t.members}
          principals={draft.members}
          onRemove={({ id }) => onChange({ members: draft.members.filter((member) => member.id !== id) })}
        />
      )}
      <Field label={description}>
        <Textarea
          value={draft.description}
          maxLength={1024}
          onChange={(_event, { value }) => onChange({ description: value })}
        />
      </Field>
      {isPicking && (
        <PrincipalPicker
          title={t.selectMembers}
          chosen={draft.members}
          onChoose={(members) => {
            onChange({ members })
            setIsPicking(false)
          }}
          onClose={() => setIsPicking(false)}
        />
      )}
    </div>
  )
}

function Review({ id, draft }: { readonly id: string; readonly draft: Draft }) {
  const t = useTexts(assignmentTexts)
  const { role, scope, description, noDescription } = useTexts(iamTexts)
  const { nameOf } = useRoleWords()
  return (
    <Essentials
      items={[
        { label: role, value: draft.role === undefined ? t.noRole : nameOf(draft.role) },
        { label: scope, value: id },
        {
          label: t.members,
          value:
            draft.members.length === 0
              ? t.noMembers
              : draft.members.map(({ id: principalId, name }) => <div key={principalId}>{name}</div>),
        },
        { label: description, value: draft.description.trim() || noDescription },
      ]}
    />
  )
}
