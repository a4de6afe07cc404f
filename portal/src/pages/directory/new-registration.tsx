// “+ New registration”: an application and its service principal, which is who gets roles.

import { Field, Input } from '@fluentui/react-components'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Api } from '../../api/api.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import { type Application, applicationPath, type ServicePrincipal } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'

export type Registered = { readonly application: Application; readonly principal: ServicePrincipal }

/** Both or none: an application without its principal would get no role. */
export async function register(api: Api, displayName: string): Promise<Registered> {
  const application = await api.call<Application>('POST', '/v1.0/applications', { json: { displayName } })
  try {
    const json = { appId: application.appId }
    return { application, principal: await api.call<ServicePrincipal>('POST', '/v1.0/servicePrincipals', { json }) }
  } catch (error) {
    await api.call('DELETE', applicationPath(application.appId)).catch(() => {})
    throw error
  }
}

export function NewRegistration({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(applicationTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const create = useAction({
    run: (displayName: string) => register(api, displayName),
    said: () => t.registered,
    onDone: ({ application }) => void navigate(`/applications/${application.appId}/credentials`),
  })
  return (
    <FormDialog
      title={t.newRegistration}
      verb={t.register}
      isReady={name.trim() !== ''}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate(name.trim())}
      onClose={onClose}
    >
      <Field label={directory.displayName} hint={t.nameHint} required>
        <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
      </Field>
    </FormDialog>
  )
}
