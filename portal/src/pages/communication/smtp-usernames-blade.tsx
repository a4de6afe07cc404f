// The SMTP usernames of a communication service: what each stands for, and whether a device may send with it now.

import { Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { type ArmResource, apiVersionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DeleteRow } from '../../parts/delete-row.tsx'
import { DevicesInUse } from '../../parts/devices.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { useTexts } from '../../texts/language.tsx'
import { AddSmtpUsernameDialog } from './add-smtp-username-dialog.tsx'
import { LastUses } from './last-uses.tsx'
import { LoginState } from './login-state.tsx'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'
import { communicationTitles } from './titles.ts'

const WRITE = { action: 'Microsoft.Communication/CommunicationServices/SmtpUsernames/Write' }
const DELETE = { action: 'Microsoft.Communication/CommunicationServices/SmtpUsernames/Delete' }
/** Each row asks how it stands. */
const PAGE = 25

export type SmtpUsername = ArmResource<{
  readonly username: string
  readonly entraApplicationId: string
  readonly defaultFrom?: string
}>

export function SmtpUsernamesBlade({ id }: BladeProps) {
  const t = useTexts(smtpUsernamesTexts)
  const r = useTexts(resourceTexts)
  const title = useTexts(communicationTitles.smtpUsernames).title
  const path = `${id}/smtpUsernames`
  const pages = usePages<SmtpUsername>(path, { 'api-version': apiVersionOf(path), $top: PAGE })
  const [isAdding, setIsAdding] = useState(false)
  return (
    <BladeFrame
      title={title}
      commands={
        <GuardedButton
          scope={id}
          right={WRITE}
          appearance="primary"
          icon={<AddRegular />}
          onClick={() => setIsAdding(true)}
        >
          {t.add}
        </GuardedButton>
      }
    >
      <Text>{t.intro}</Text>
      <PagedTable
        label={title}
        pages={pages}
        keyOf={(one) => one.id}
        empty={t.empty}
        columns={[
          { key: 'username', header: t.username, cell: ({ properties }) => properties.username, width: 240 },
          {
            key: 'application',
            header: t.application,
            width: 180,
            cell: ({ properties }) => <ApplicationLink applicationId={properties.entraApplicationId} />,
          },
          {
            key: 'defaultFrom',
            header: t.defaultFrom,
            width: 150,
            cell: ({ properties }) => properties.defaultFrom ?? t.noDefault,
          },
          {
            key: 'status',
            width: 230,
            header: t.status,
            cell: ({ properties }) => (
              <LoginState id={id} username={properties.username} from={properties.defaultFrom} />
            ),
          },
          { key: 'actions', header: r.actions, width: 80, cell: (one) => <Delete username={one} /> },
        ]}
      />
      {isAdding && <AddSmtpUsernameDialog id={id} onClose={() => setIsAdding(false)} />}
    </BladeFrame>
  )
}

function Delete({ username: { id, properties } }: { readonly username: SmtpUsername }) {
  const t = useTexts(smtpUsernamesTexts)
  const { username, entraApplicationId } = properties
  return (
    <DeleteRow
      id={id}
      right={DELETE}
      label={t.deleteRow(username)}
      title={t.deleteTitle(username)}
      said={t.deleted(username)}
    >
      <Text>{t.breaks}</Text>
      <LastUses username={username} applicationId={entraApplicationId} />
      <DevicesInUse applicationId={entraApplicationId} username={username} />
    </DeleteRow>
  )
}
