// “Add deny assignment” in steps: what it is called, who is denied, what, and all of it once more. Azure: lets only its platform do this.

import {
  Button,
  Checkbox,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Subtitle2,
  Textarea,
} from '@fluentui/react-components'
import { useState } from 'react'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import type { Principal } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { Wizard } from '../../parts/wizard.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useCellStyles } from './cell-styles.ts'
import { DenyPrincipals } from './deny-principals.tsx'
import { denyTexts } from './deny-texts.ts'
import { iamTexts } from './iam-texts.ts'
import { EVERYONE, NO_PERMISSION, type Permission, pathsAt, VERSION } from './model.ts'
import { useIam } from './navigation.ts'
import { PermissionTable } from './permission-table.tsx'
import { PermissionsStep } from './permissions-step.tsx'
import { addPatterns, hasPermission } from './role-draft.ts'

export type DenyDraft = {
  readonly name: string
  readonly description: string
  readonly isHereOnly: boolean
  readonly isEveryone: boolean
  readonly principals: readonly Principal[]
  readonly excluded: readonly Principal[]
  readonly permission: Permission
}

const EMPTY: DenyDraft = {
  name: '',
  description: '',
  isHereOnly: false,
  isEveryone: false,
  principals: [],
  excluded: [],
  permission: NO_PERMISSION,
}

/** Without either of them nobody sends. */
const SENDING: Partial<Permission> = {
  actions: ['Microsoft.Communication/EmailServices/write'],
  dataActions: ['Postern.Mail/messages/send/action'],
}

export function DenyForm({ id }: { readonly id: string }) {
  const t = useTexts(denyTexts)
  const { addDeny } = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const { showTab } = useIam()
  const [draft, setDraft] = useState(EMPTY)
  const change = (part: Partial<DenyDraft>) => setDraft({ ...draft, ...part })
  const deny = useDeny(id, draft)
  const { permission } = draft
  return (
    <BladeFrame title={addDeny}>
      <Wizard
        steps={[
          {
            name: 'basics',
            title: t.steps.basics,
            content: <Basics draft={draft} onChange={change} />,
            isComplete: draft.name.trim() !== '',
          },
          {
            name: 'principals',
            title: t.steps.principals,
            content: <DenyPrincipals draft={draft} onChange={change} />,
            isComplete: draft.isEveryone || draft.principals.length > 0,
          },
          {
            name: 'permissions',
            title: t.steps.permissions,
            content: (
              <>
                <div>
                  <Button onClick={() => change({ permission: addPatterns(permission, SENDING) })}>
                    {t.blockSending}
                  </Button>
                </div>
                <PermissionsStep permission={permission} onChange={(changed) => change({ permission: changed })} />
              </>
            ),
            isComplete: hasPermission(permission),
          },
          { name: 'review', title: t.steps.review, content: <Review id={id} draft={draft} /> },
        ]}
        verb={common.create}
        isBusy={deny.isPending}
        error={deny.error}
        onDone={() => deny.mutate(undefined)}
        onCancel={() => showTab('denials')}
      />
    </BladeFrame>
  )
}

function useDeny(id: string, draft: DenyDraft) {
  const t = useTexts(denyTexts)
  const api = useApi()
  const { showTab } = useIam()
  // One for as long as the form is open: what is sent again after a failure is the same denial.
  const [name] = useState(() => crypto.randomUUID())
  const wire = (principals: readonly Principal[]) =>
    principals.map(({ id: object, kind }) => ({ id: object, type: kind }))
  return useAction({
    run: async () => {
      const properties = {
        denyAssignmentName: draft.name.trim(),
        description: draft.description.trim(),
        permissions: [draft.permission],
        doNotApplyToChildScopes: draft.isHereOnly,
        principals: draft.isEveryone ? [{ id: EVERYONE, type: 'SystemDefined' }] : wire(draft.principals),
        excludePrincipals: wire(draft.excluded),
      }
      await api.call('PUT', `${pathsAt(id).denyAssignments}/${name}`, { query: VERSION, json: { properties } })
      return properties.denyAssignmentName
    },
    said: t.created,
    onDone: () => showTab('denials'),
  })
}

function Basics(props: { readonly draft: DenyDraft; readonly onChange: (part: Partial<DenyDraft>) => void }) {
  const { draft, onChange } = props
  const t = useTexts(denyTexts)
  const iam = useTexts(iamTexts)
  return (
    <>
      <Field label={iam.name} required>
        <Input value={draft.name} onChange={(_event, { value }) => onChange({ name: value })} />
      </Field>
      <Field label={iam.description}>
        <Textarea value={draft.description} onChange={(_event, { value }) => onChange({ description: value })} />
      </Field>
      <Checkbox
        label={t.childScopes}
        checked={draft.isHereOnly}
        onChange={(_event, { checked }) => onChange({ isHereOnly: checked === true })}
      />
    </>
  )
}

function Review({ id, draft }: { readonly id: string; readonly draft: DenyDraft }) {
  const t = useTexts(denyTexts)
  const iam = useTexts(iamTexts)
  const styles = useCellStyles()
  const names = (principals: readonly Principal[]) =>
    principals.map(({ id: object, name }) => <div key={object}>{name}</div>)
  const missing = [
    ...(draft.name.trim() === '' ? [t.missingName] : []),
    ...(draft.isEveryone || draft.principals.length > 0 ? [] : [t.missingPrincipal]),
    ...(hasPermission(draft.permission) ? [] : [t.missingPermission]),
  ]
  return (
    <>
      {missing.map((text) => (
        <MessageBar key={text} intent="warning">
          <MessageBarBody>{text}</MessageBarBody>
        </MessageBar>
      ))}
      {missing.length === 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t.warning}</MessageBarBody>
        </MessageBar>
      )}
      <Essentials
        items={[
          { label: iam.name, value: draft.name },
          { label: iam.description, value: draft.description || iam.noDescription },
          { label: iam.scope, value: id },
          { label: t.below, value: draft.isHereOnly ? t.hereOnly : t.hereAndBelow },
          { label: t.denied, value: draft.isEveryone ? t.everyone : names(draft.principals) },
          { label: t.excluded, value: draft.excluded.length === 0 ? iam.noDescription : names(draft.excluded) },
        ]}
      />
      <Subtitle2 as="h3" className={styles.heading}>
        {t.steps.permissions}
      </Subtitle2>
      <PermissionTable permission={draft.permission} />
    </>
  )
}
