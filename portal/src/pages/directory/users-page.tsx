// Users of the directory: who signs in to the portal, found by name or id.

import { StateBadge } from '../../parts/state-badge.tsx'
import { useTexts } from '../../texts/language.tsx'
import { RIGHTS, type User } from './directory.ts'
import { DirectoryList } from './directory-list.tsx'
import { directoryTexts } from './directory-texts.ts'
import { NewUser } from './new-user.tsx'
import { usersTitle } from './titles.ts'
import { userTexts } from './user-texts.ts'

export function UsersPage() {
  const t = useTexts(userTexts)
  const { title } = useTexts(usersTitle)
  const directory = useTexts(directoryTexts)
  return (
    <DirectoryList<User>
      title={title}
      path="/v1.0/users"
      search={{ ids: ['id'], names: ['displayName', 'userPrincipalName'] }}
      nameHeader={directory.displayName}
      addressOf={({ id }) => `/users/${id}`}
      columns={[
        { key: 'userName', header: t.userName, width: 280, cell: ({ userPrincipalName }) => userPrincipalName },
        {
          key: 'state',
          header: t.state,
          width: 130,
          cell: ({ accountEnabled }) => <AccountState isEnabled={accountEnabled} />,
        },
      ]}
      create={{ right: RIGHTS.writeUsers, label: t.newUser, dialog: (onClose) => <NewUser onClose={onClose} /> }}
    />
  )
}

export function AccountState({ isEnabled }: { readonly isEnabled: boolean }) {
  const t = useTexts(directoryTexts)
  return <StateBadge look={isEnabled ? 'good' : 'bad'} text={isEnabled ? t.enabled : t.disabled} />
}
