// What an application is, by its ids, and whether it may sign in.

import { Body1, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { DeleteRegular, EditRegular, PauseRegular, PlayRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { type Essential, Essentials } from '../../parts/essentials.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi, useSession } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import { type Application, principalPath, RIGHTS, type ServicePrincipal, TENANT } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { DeleteApplication } from './delete-application.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Ids } from './ids.tsx'
import { LastUseOfApplication } from './last-use.tsx'

type Props = { readonly application: Application; readonly principal: ServicePrincipal | undefined }

export function ApplicationOverview({ application, principal }: Props) {
  const t = useTexts(applicationTexts)
  const directory = useTexts(directoryTexts)
  const { tenantId } = useSession()
  const { date } = useFormats()
  const created = application.createdDateTime
  const items: readonly Essential[] = [
    {
      label: t.state,
      value:
        principal?.accountEnabled === true ? (
          <StateBadge look="good" text={directory.enabled} />
        ) : (
          <StateBadge look="bad" text={directory.disabled} />
        ),
    },
    ...(created === null ? [] : [{ label: directory.created, value: date(created) }]),
  ]
  return (
    <BladeFrame title={directory.overview} commands={<Commands application={application} principal={principal} />}>
      {principal?.accountEnabled === false && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t.mayNotSignIn}</MessageBarBody>
        </MessageBar>
      )}
      {principal === undefined && <NoPrincipal application={application} />}
      <Essentials items={items} />
      <Ids
        items={[
          { label: t.clientId, value: application.appId },
          { label: t.tenantId, value: tenantId },
          { label: directory.objectId, value: application.id },
          ...(principal === undefined ? [] : [{ label: t.principalId, value: principal.id }]),
        ]}
      />
    </BladeFrame>
  )
}

function NoPrincipal({ application: { appId } }: Pick<Props, 'application'>) {
  const t = useTexts(applicationTexts)
  const api = useApi()
  const create = useAction({ run: () => api.call('POST', '/v1.0/servicePrincipals', { json: { appId } }) })
  return (
    <div>
      <Body1>{t.noPrincipal}</Body1>{' '}
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeServicePrincipals}
        disabled={create.isPending}
        onClick={() => create.mutate(undefined)}
      >
        {t.createPrincipal}
      </GuardedButton>
    </div>
  )
}

function Commands({ application, principal }: Props) {
  const t = useTexts(applicationTexts)
  const [open, setOpen] = useState<'rename' | 'delete'>()
  const close = () => setOpen(undefined)
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeApplications}
        icon={<EditRegular />}
        appearance="subtle"
        onClick={() => setOpen('rename')}
      >
        {t.rename}
      </GuardedButton>
      {principal && <Switch application={application} principal={principal} />}
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.deleteApplications}
        icon={<DeleteRegular />}
        appearance="subtle"
        onClick={() => setOpen('delete')}
      >
        {t.delete}
      </GuardedButton>
      {open === 'rename' && <Rename application={application} onClose={close} />}
      {open === 'delete' && <DeleteApplication application={application} principal={principal} onClose={close} />}
    </>
  )
}

/** Whether it may sign in. */
function Switch(props: { readonly application: Application; readonly principal: ServicePrincipal }) {
  const { application, principal } = props
  const t = useTexts(applicationTexts)
  const api = useApi()
  const [isAsked, setIsAsked] = useState(false)
  const { accountEnabled } = principal
  const change = useAction({
    run: () => api.call('PATCH', principalPath(principal.appId), { json: { accountEnabled: !accountEnabled } }),
    said: () => (accountEnabled ? t.nowDisabled : t.nowEnabled),
    onDone: () => setIsAsked(false),
  })
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeServicePrincipals}
        icon={accountEnabled ? <PauseRegular /> : <PlayRegular />}
        appearance="subtle"
        onClick={() => (accountEnabled ? setIsAsked(true) : change.mutate(undefined))}
      >
        {accountEnabled ? t.disable : t.enable}
      </GuardedButton>
      {isAsked && (
        <ConfirmDialog
          title={t.disableTitle(application.displayName)}
          verb={t.disable}
          isBusy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate(undefined)}
          onClose={() => setIsAsked(false)}
        >
          <Body1>{t.breaks}</Body1>
          <LastUseOfApplication appId={application.appId} />
        </ConfirmDialog>
      )}
    </>
  )
}

function Rename({ application, onClose }: { readonly application: Application; readonly onClose: () => void }) {
  const t = useTexts(applicationTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const [name, setName] = useState(application.displayName)
  const rename = useAction({
    run: (displayName: string) => api.call('PATCH', `/v1.0/applications/${application.id}`, { json: { displayName } }),
    said: () => directory.saved,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.rename}
      verb={t.rename}
      isReady={name.trim() !== ''}
      isBusy={rename.isPending}
      error={rename.error}
      onSubmit={() => rename.mutate(name.trim())}
      onClose={onClose}
    >
      <Field label={directory.displayName} required>
        <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
      </Field>
    </FormDialog>
  )
}
