// A custom role in Azure's steps: Basics, Permissions, Assignable scopes, JSON, Review + create. It begins empty, as a clone of another
// role, or with a role that is to be changed.

import { Spinner } from '@fluentui/react-components'
import { useState } from 'react'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { Failure } from '../../parts/failure.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { Wizard } from '../../parts/wizard.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { pathsAt, type RoleDefinition, VERSION } from './model.ts'
import { useIam } from './navigation.ts'
import { bodyOf, draftOf, draftOfClone, emptyDraft, hasPermission, type RoleDraft } from './role-draft.ts'
import { PermissionsStep } from './permissions-step.tsx'
import { RoleBasics } from './role-basics.tsx'
import { RoleJson } from './role-json.tsx'
import { RoleReview } from './role-review.tsx'
import { RoleScopes } from './role-scopes.tsx'
import { roleTexts } from './role-texts.ts'
import { useRole } from './roles.ts'

export function CustomRoleForm({ id }: { readonly id: string }) {
  const common = useTexts(commonTexts)
  const { place } = useIam()
  const begun = useRole(id, place.role)
  if (place.role !== undefined && begun.isPending) return <Spinner label={common.loading} />
  if (begun.isError) return <Failure error={begun.error} onRetry={() => void begun.refetch()} />
  return <LoadedForm id={id} role={begun.data} isClone={place.isClone} />
}

function LoadedForm(props: {
  readonly id: string
  readonly role: RoleDefinition | undefined
  readonly isClone: boolean
}) {
  const { id, role, isClone } = props
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const { showTab } = useIam()
  const edited = isClone ? undefined : role
  const [cloned, setCloned] = useState(isClone ? role : undefined)
  const [draft, setDraft] = useState<RoleDraft>(() => beginWith(id, edited, cloned))
  const change = (part: Partial<RoleDraft>) => setDraft({ ...draft, ...part })
  const clone = (from: RoleDefinition | undefined) => {
    setCloned(from)
    const { permission, description } = beginWith(id, undefined, from)
    change({ permission, description: draft.description || description })
  }
  const save = useSaveRole(id, edited, draft)
  const last = edited === undefined ? t.steps.review : t.steps.update
  const basics = { draft, onChange: change, isNew: edited === undefined, cloned, onClone: clone }
  const steps = [
    {
      name: 'basics',
      title: t.steps.basics,
      content: <RoleBasics id={id} {...basics} />,
      isComplete: draft.roleName.trim() !== '',
    },
    {
      name: 'permissions',
      title: t.steps.permissions,
      content: <PermissionsStep permission={draft.permission} onChange={(permission) => change({ permission })} />,
      isComplete: hasPermission(draft.permission),
    },
    {
      name: 'scopes',
      title: t.steps.scopes,
      content: <RoleScopes id={id} draft={draft} onChange={change} />,
      isComplete: draft.assignableScopes.length > 0,
    },
    { name: 'json', title: t.steps.json, content: <RoleJson draft={draft} onChange={change} /> },
    { name: 'review', title: last, content: <RoleReview draft={draft} /> },
  ]
  return (
    <BladeFrame title={edited === undefined ? t.createTitle : t.editTitle(edited.properties.roleName)}>
      <Wizard
        steps={steps}
        verb={edited === undefined ? common.create : t.update}
        isBusy={save.isPending}
        error={save.error}
        onDone={() => save.mutate(undefined)}
        onCancel={() => showTab('roles')}
      />
    </BladeFrame>
  )
}

function beginWith(id: string, edited: RoleDefinition | undefined, cloned: RoleDefinition | undefined): RoleDraft {
  if (edited !== undefined) return draftOf(edited)
  return cloned === undefined ? emptyDraft(id) : draftOfClone(cloned, id)
}

function useSaveRole(id: string, edited: RoleDefinition | undefined, draft: RoleDraft) {
  const t = useTexts(roleTexts)
  const api = useApi()
  const { showTab } = useIam()
  // One for as long as the form is open: what is sent again after a failure is the same role.
  const [name] = useState(() => edited?.name ?? crypto.randomUUID())
  return useAction({
    run: () =>
      api.call<RoleDefinition>('PUT', `${pathsAt(id).roleDefinitions}/${name}`, {
        query: VERSION,
        json: bodyOf(draft),
      }),
    said: ({ properties }) => (edited === undefined ? t.created : t.updated)(properties.roleName),
    onDone: () => showTab('roles'),
  })
}
