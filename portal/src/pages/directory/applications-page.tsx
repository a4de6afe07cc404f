// App registrations: found by name or id, and new ones.

import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import { type Application, RIGHTS, searchFor, TENANT } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { NewRegistration } from './new-registration.tsx'
import { ObjectSearch, useSearchText } from './object-search.tsx'
import { applicationsTitle } from './titles.ts'

export function ApplicationsPage() {
  const t = useTexts(applicationTexts)
  const { title } = useTexts(applicationsTitle)
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { date } = useFormats()
  const text = useSearchText()
  const pages = usePages<Application>('/v1.0/applications', {
    $top: 50,
    $select: 'id,appId,displayName,createdDateTime',
    ...searchFor(text, { ids: ['appId', 'id'], names: ['displayName'] }),
  })
  return (
    <Page title={title} actions={<Create />}>
      <ObjectSearch label={directory.search} />
      <PagedTable
        label={title}
        pages={pages}
        keyOf={({ id }) => id}
        {...(text !== '' && { empty: common.nothingFound })}
        columns={[
          {
            key: 'name',
            header: directory.displayName,
            width: 220,
            cell: ({ appId, displayName }) => (
              <Link to={`/applications/${appId}`}>
                <ForeignText text={displayName} />
              </Link>
            ),
          },
          { key: 'appId', header: t.clientId, cell: ({ appId }) => appId, width: 300 },
          {
            key: 'created',
            header: directory.created,
            cell: ({ createdDateTime }) => (createdDateTime === null ? '' : date(createdDateTime)),
          },
        ]}
      />
    </Page>
  )
}

function Create() {
  const t = useTexts(applicationTexts)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeApplications}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setIsOpen(true)}
      >
        {t.newRegistration}
      </GuardedButton>
      {isOpen && <NewRegistration onClose={() => setIsOpen(false)} />}
    </>
  )
}
