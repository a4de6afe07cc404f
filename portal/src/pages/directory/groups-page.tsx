// Groups: found by name or id, and new ones.

import { Body1, Field, Input } from '@fluentui/react-components'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type Group, RIGHTS } from './directory.ts'
import { DirectoryList } from './directory-list.tsx'
import { directoryTexts } from './directory-texts.ts'
import { groupTexts } from './group-texts.ts'
import { groupsTitle } from './titles.ts'

export function GroupsPage() {
  const t = useTexts(groupTexts)
  const { title } = useTexts(groupsTitle)
  const directory = useTexts(directoryTexts)
  return (
    <DirectoryList<Group>
      title={title}
      path="/v1.0/groups"
      search={{ ids: ['id'], names: ['displayName'] }}
      nameHeader={directory.name}
      addressOf={({ id }) => `/groups/${id}`}
      columns={[
        {
          key: 'description',
          header: directory.description,
          width: 220,
          cell: ({ description }) => <ForeignText text={description ?? ''} />,
        },
        { key: 'id', header: directory.objectId, width: 290, cell: ({ id }) => id },
      ]}
      create={{ right: RIGHTS.writeGroups, label: t.newGroup, dialog: (onClose) => <NewGroup onClose={onClose} /> }}
    />
  )
}

/** Azure: Graph wants a nickname besides the name. */
const nicknameOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]+/g, '').slice(0, 64) || 'group'

function NewGroup({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(groupTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const create = useAction({
    run: (displayName: string) => {
      const fixed = { mailEnabled: false, mailNickname: nicknameOf(displayName), securityEnabled: true }
      const told = description.trim() === '' ? {} : { description: description.trim() }
      return api.call<Group>('POST', '/v1.0/groups', { json: { displayName, ...fixed, ...told } })
    },
    said: () => t.created,
    onDone: ({ id }) => void navigate(`/groups/${id}/members`),
  })
  return (
    <FormDialog
      title={t.newGroup}
      verb={t.create}
      isReady={name.trim() !== ''}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate(name.trim())}
      onClose={onClose}
    >
      <Body1>{t.hint}</Body1>
      <Field label={directory.name} required>
        <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label={directory.description}>
        <Input value={description} maxLength={256} onChange={(_event, { value }) => setDescription(value)} />
      </Field>
    </FormDialog>
  )
}
