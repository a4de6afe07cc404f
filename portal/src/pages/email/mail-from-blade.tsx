// The sender usernames of a domain: which addresses mail may come from.

import { Field, Input, Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { versionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DeleteRow } from '../../parts/delete-row.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { useAction } from '../../parts/use-action.tsx'
import { nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useDomain } from './domain.ts'
import type { SenderUsername } from './losses.tsx'
import { sendersTexts } from './senders-texts.ts'
import { emailTitles } from './titles.ts'

const WRITE = { action: 'Microsoft.Communication/EmailServices/Domains/SenderUsernames/Write' }
const DELETE = { action: 'Microsoft.Communication/EmailServices/Domains/SenderUsernames/Delete' }

export function MailFromBlade({ id }: BladeProps) {
  const t = useTexts(sendersTexts)
  const r = useTexts(resourceTexts)
  const title = useTexts(emailTitles.mailFrom).title
  const domain = useDomain(id)
  const name = domain.data?.properties.fromSenderDomain ?? nameOf(id)
  const path = `${id}/senderUsernames`
  const pages = usePages<SenderUsername>(path, versionOf(path))
  const [isAdding, setIsAdding] = useState(false)
  const addressOf = ({ properties }: SenderUsername) => `${properties.username}@${name}`
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
        keyOf={(sender) => sender.id}
        empty={t.none}
        columns={[
          { key: 'address', header: t.address, width: 220, cell: addressOf },
          { key: 'displayName', header: t.displayName, cell: ({ properties }) => properties.displayName },
          {
            key: 'actions',
            header: r.actions,
            cell: (sender) => (
              <DeleteRow
                id={sender.id}
                right={DELETE}
                label={t.deleteRow(addressOf(sender))}
                title={t.deleteTitle(addressOf(sender))}
                said={t.deleted(addressOf(sender))}
              >
                <Text>{t.breaks}</Text>
                <Text>{t.queued}</Text>
              </DeleteRow>
            ),
          },
        ]}
      />
      {isAdding && <AddDialog id={id} domain={name} onClose={() => setIsAdding(false)} />}
    </BladeFrame>
  )
}

function AddDialog(props: { readonly id: string; readonly domain: string; readonly onClose: () => void }) {
  const { id, domain, onClose } = props
  const t = useTexts(sendersTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const [username, setUsername] = useState('')
  const [displayName, setDisplayName] = useState('')
  const add = useAction({
    run: () => {
      const path = `${id}/senderUsernames/${encodeURIComponent(username.toLowerCase())}`
      const json = { properties: { username, displayName } }
      return api.call<SenderUsername>('PUT', path, { query: versionOf(path), json, isNew: true })
    },
    said: ({ properties }) => t.added(`${properties.username}@${domain}`),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.add}
      verb={common.add}
      isReady={username !== ''}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={onClose}
    >
      <Field label={t.displayName} hint={t.displayNameHint}>
        <Input value={displayName} onChange={(_event, { value }) => setDisplayName(value)} />
      </Field>
      <Field label={t.username} required hint={t.usernameHint}>
        <Input
          value={username}
          contentAfter={`@${domain}`}
          onChange={(_event, { value }) => setUsername(value.trim())}
        />
      </Field>
    </FormDialog>
  )
}
