// One app registration, by its application id: what it is, what it signs in with, what it may do, and what it sends.

import { Spinner } from '@fluentui/react-components'
import { AppGenericRegular, KeyRegular, MailRegular, PeopleRegular, PersonKeyRegular } from '@fluentui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { ApiError } from '../../api/api.ts'
import { visibleText } from '../../parts/foreign-text.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { ApplicationCredentials } from './application-credentials.tsx'
import { ApplicationOverview } from './application-overview.tsx'
import { ApplicationOwners } from './application-owners.tsx'
import { ApplicationSending } from './application-sending.tsx'
import { applicationTexts } from './application-texts.ts'
import { credentialTexts } from './credential-texts.ts'
import { type Application, applicationPath, principalPath, type ServicePrincipal, useGraph } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { ObjectFailure, ObjectFrame } from './object-frame.tsx'
import { PrincipalRoles } from './principal-roles.tsx'
import { applicationsTitle } from './titles.ts'

/** Null where there is none, or none that the person may see. */
function useServicePrincipal(appId: string) {
  const api = useApi()
  const path = principalPath(appId)
  return useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => {
      try {
        return await api.call<ServicePrincipal>('GET', path, { signal })
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null
        throw error
      }
    },
  })
}

export function ApplicationPage() {
  const common = useTexts(commonTexts)
  const { title } = useTexts(applicationsTitle)
  const { appId = '' } = useParams()
  const application = useGraph<Application>(applicationPath(appId))
  const principal = useServicePrincipal(appId)
  if (application.isError)
    return (
      <ObjectFailure
        list={{ title, to: '/applications' }}
        error={application.error}
        onRetry={() => void application.refetch()}
      />
    )
  if (application.isPending || principal.isPending) return <Spinner label={common.loading} />
  return <Shown application={application.data} principal={principal.data ?? undefined} />
}

function Shown(props: { readonly application: Application; readonly principal: ServicePrincipal | undefined }) {
  const { application, principal } = props
  const t = useTexts(applicationTexts)
  const directory = useTexts(directoryTexts)
  const credentials = useTexts(credentialTexts)
  const { title } = useTexts(applicationsTitle)
  const { appId } = application
  return (
    <ObjectFrame
      title={visibleText(application.displayName)}
      kind={t.kind}
      list={{ title, to: '/applications' }}
      address={`/applications/${appId}`}
      parts={[
        {
          name: '',
          icon: AppGenericRegular,
          title: directory.overview,
          content: <ApplicationOverview application={application} principal={principal} />,
        },
        {
          name: 'credentials',
          icon: KeyRegular,
          title: credentials.title,
          content: <ApplicationCredentials application={application} />,
        },
        {
          name: 'roles',
          icon: PersonKeyRegular,
          title: directory.roles,
          content: <PrincipalRoles principalId={principal?.id} />,
        },
        {
          name: 'owners',
          icon: PeopleRegular,
          title: t.owners,
          content: <ApplicationOwners application={application} />,
        },
        { name: 'sending', icon: MailRegular, title: t.sending, content: <ApplicationSending appId={appId} /> },
      ]}
    />
  )
}
