// Users of the directory: who signs in to the portal, found by name or id.

import { Link } from 'react-router'
import { useState } from 'react'
import { AddRegular } from '@fluentui/react-icons'
import { usePages } from '../../api/pages.ts'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { RIGHTS, searchFor, TENANT, type User } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { NewUser } from './new-user.tsx'
import { ObjectSearch, useSearchText } from './object-search.tsx'
import { usersTitle } from './titles.ts'
import { userTexts } from './user-texts.ts'

export function UsersPage() {
  const t = useTexts(userTexts)
  const { title } = useTexts(usersTitle)
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { date } = useFormats()
  const text = useSearchText()
  const search = searchFor(text, { ids: ['id'], names: ['displayName', 'userPrincipalName'] })
  const pages = usePages<User>('/v1.0/users', { $top: 50, ...search })
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
            width: 200,
            cell: ({ id, displayName }) => (
              <Link to={`/users/${id}`}>
                <ForeignText text={displayName} />
              </Link>
            ),
          },
          { key: 'userName', header: t.userName, width: 280, cell: ({ userPrincipalName }) => userPrincipalName },
          {
            key: 'state',
            header: t.state,
            width: 130,
            cell: ({ accountEnabled }) => <AccountState isEnabled={accountEnabled} />,
          },
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

export function AccountState({ isEnabled }: { readonly isEnabled: boolean }) {
  const t = useTexts(directoryTexts)
  return <StateBadge look={isEnabled ? 'good' : 'bad'} text={isEnabled ? t.enabled : t.disabled} />
}

function Create() {
  const t = useTexts(userTexts)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeUsers}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setIsOpen(true)}
      >
        {t.newUser}
      </GuardedButton>
      {isOpen && <NewUser onClose={() => setIsOpen(false)} />}
    </>
  )
}
