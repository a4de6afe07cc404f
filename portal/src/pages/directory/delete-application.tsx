// Before an application goes: its secrets, its roles, and when it was used last.

import { Body1 } from '@fluentui/react-components'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import type { Application, ServicePrincipal } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { LastUseOfApplication } from './last-use.tsx'
import { useAssignmentsOf } from './principal-roles.tsx'

export function DeleteApplication(props: {
  readonly application: Application
  readonly principal: ServicePrincipal | undefined
  readonly onClose: () => void
}) {
  const { application, principal, onClose } = props
  const t = useTexts(applicationTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const assignments = useAssignmentsOf(principal?.id)
  const own = assignments.data?.filter(({ properties }) => properties.principalId === principal?.id)
  const remove = useAction({
    run: () => api.call('DELETE', `/v1.0/applications/${application.id}`),
    leaveTo: '/applications',
    said: () => directory.deleted(application.displayName),
  })
  return (
    <ConfirmDialog
      title={t.deleteTitle(application.displayName)}
      verb={t.delete}
      name={application.displayName}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.secretsGo}</Body1>
      <LastUseOfApplication appId={application.appId} />
      {own && <Body1>{directory.rolesGo(own.length)}</Body1>}
      <Body1>{t.usernamesStay}</Body1>
      <Body1>{directory.cannotUndo}</Body1>
    </ConfirmDialog>
  )
}
