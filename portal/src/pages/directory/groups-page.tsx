// Groups: found by name or id, and new ones.

import { Body1, Field, Input } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Group, RIGHTS, searchFor, TENANT } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { groupTexts } from './group-texts.ts'
import { ObjectSearch, useSearchText } from './object-search.tsx'
import { groupsTitle } from './titles.ts'

export function GroupsPage() {
  const { title } = useTexts(groupsTitle)
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { date } = useFormats()
  const text = useSearchText()
  const search = searchFor(text, { ids: ['id'], names: ['displayName'] })
  const pages = usePages<Group>('/v1.0/groups', { $top: 50, ...search })
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
            header: directory.name,
            width: 220,
            cell: ({ id, displayName }) => (
              <Link to={`/groups/${id}`}>
                <ForeignText text={displayName} />
              </Link>
            ),
          },
          {
            key: 'description',
            header: directory.description,
            width: 220,
            cell: ({ description }) => <ForeignText text={description ?? ''} />,
          },
          { key: 'id', header: directory.objectId, width: 290, cell: ({ id }) => id },
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
  const t = useTexts(groupTexts)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeGroups}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setIsOpen(true)}
      >
        {t.newGroup}
      </GuardedButton>
      {isOpen && <NewGroup onClose={() => setIsOpen(false)} />}
    </>
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
