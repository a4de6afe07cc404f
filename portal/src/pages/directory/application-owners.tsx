// Who owns an application: they may write its credentials without a role.

import { Body1 } from '@fluentui/react-components'
import { useApi } from '../../session/session-context.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import { useOwners } from './credentials.ts'
import { type Application, objectReference, RIGHTS } from './directory.ts'
import { ObjectList } from './object-list.tsx'

export function ApplicationOwners({ application }: { readonly application: Application }) {
  const t = useTexts(applicationTexts)
  const api = useApi()
  const owners = useOwners(application.id)
  const path = `/v1.0/applications/${application.id}/owners`
  const add = useAction({
    run: async (ids: readonly string[]) => {
      for (const id of ids) await api.call('POST', `${path}/$ref`, { json: objectReference(id) })
    },
    said: () => t.ownerAdded,
  })
  const remove = useAction({
    run: (id: string) => api.call('DELETE', `${path}/${id}/$ref`),
    said: () => t.ownerRemoved,
  })
  return (
    <ObjectList
      title={t.owners}
      addTitle={t.addOwners}
      right={RIGHTS.writeApplications}
      kinds={['User', 'ServicePrincipal']}
      list={{ ...owners, items: owners.data?.value ?? [] }}
      add={add}
      remove={remove}
      consequence={t.removeOwnerText}
    >
      <Body1>{t.ownersText}</Body1>
    </ObjectList>
  )
}
