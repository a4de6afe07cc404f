// One user: whether they may sign in, with what, in which groups they are and which roles they have.

import { Spinner } from '@fluentui/react-components'
import { KeyRegular, PeopleRegular, PersonKeyRegular, PersonRegular } from '@fluentui/react-icons'
import { useParams } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { visibleText } from '../../parts/foreign-text.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type DirectoryObject, RIGHTS, TENANT, type User, useGraph } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { Ids } from './ids.tsx'
import { ObjectFailure, ObjectFrame } from './object-frame.tsx'
import { ObjectLink } from './object-list.tsx'
import { PasskeyList } from './passkey-list.tsx'
import { PrincipalRoles } from './principal-roles.tsx'
import { usersTitle } from './titles.ts'
import { UserCommands } from './user-commands.tsx'
import { userTexts } from './user-texts.ts'
import { AccountState } from './users-page.tsx'

export function UserPage() {
  const t = useTexts(userTexts)
  const { title } = useTexts(usersTitle)
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { id = '' } = useParams()
  const user = useGraph<User>(`/v1.0/users/${encodeURIComponent(id)}`)
  if (user.isError)
    return <ObjectFailure list={{ title, to: '/users' }} error={user.error} onRetry={() => void user.refetch()} />
  if (user.isPending) return <Spinner label={common.loading} />
  return (
    <ObjectFrame
      title={visibleText(user.data.displayName)}
      kind={t.kind}
      list={{ title, to: '/users' }}
      address={`/users/${id}`}
      parts={[
        { name: '', icon: PersonRegular, title: directory.overview, content: <Overview user={user.data} /> },
        {
          name: 'passkeys',
          icon: KeyRegular,
          title: t.passkeys,
          content: (
            <BladeFrame title={t.passkeys}>
              <PasskeyList
                path={`/v1.0/users/${id}/authentication/fido2Methods`}
                guard={{ scope: TENANT, right: RIGHTS.writeUserCredentials }}
              />
            </BladeFrame>
          ),
        },
        { name: 'groups', icon: PeopleRegular, title: t.groups, content: <Groups id={id} /> },
        {
          name: 'roles',
          icon: PersonKeyRegular,
          title: directory.roles,
          content: <PrincipalRoles principalId={id} />,
        },
      ]}
    />
  )
}

function Overview({ user }: { readonly user: User }) {
  const t = useTexts(userTexts)
  const directory = useTexts(directoryTexts)
  const { date } = useFormats()
  const { accountEnabled, createdDateTime } = user
  return (
    <BladeFrame title={directory.overview} commands={<UserCommands user={user} />}>
      <Essentials
        items={[
          { label: t.state, value: <AccountState isEnabled={accountEnabled} /> },
          { label: directory.created, value: createdDateTime === null ? '' : date(createdDateTime) },
        ]}
      />
      <Ids
        items={[
          { label: t.userName, value: user.userPrincipalName },
          { label: directory.objectId, value: user.id },
        ]}
      />
    </BladeFrame>
  )
}

function Groups({ id }: { readonly id: string }) {
  const t = useTexts(userTexts)
  const directory = useTexts(directoryTexts)
  const pages = usePages<DirectoryObject>(`/v1.0/users/${id}/transitiveMemberOf`, { $top: 100 })
  return (
    <BladeFrame title={t.groups}>
      <PagedTable
        label={t.groups}
        pages={pages}
        keyOf={(group) => group.id}
        columns={[
          { key: 'name', header: directory.name, width: 240, cell: (group) => <ObjectLink object={group} /> },
          { key: 'id', header: directory.objectId, width: 290, cell: (group) => group.id },
        ]}
      />
    </BladeFrame>
  )
}
