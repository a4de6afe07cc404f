// App registrations: found by name or id, and new ones.

import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import { type Application, RIGHTS } from './directory.ts'
import { DirectoryList } from './directory-list.tsx'
import { directoryTexts } from './directory-texts.ts'
import { NewRegistration } from './new-registration.tsx'
import { applicationsTitle } from './titles.ts'

export function ApplicationsPage() {
  const t = useTexts(applicationTexts)
  const { title } = useTexts(applicationsTitle)
  const directory = useTexts(directoryTexts)
  return (
    <DirectoryList<Application>
      title={title}
      path="/v1.0/applications"
      query={{ $select: 'id,appId,displayName,createdDateTime' }}
      search={{ ids: ['appId', 'id'], names: ['displayName'] }}
      nameHeader={directory.displayName}
      addressOf={({ appId }) => `/applications/${appId}`}
      columns={[{ key: 'appId', header: t.clientId, cell: ({ appId }) => appId, width: 300 }]}
      create={{
        right: RIGHTS.writeApplications,
        label: t.newRegistration,
        dialog: (onClose) => <NewRegistration onClose={onClose} />,
      }}
    />
  )
}
