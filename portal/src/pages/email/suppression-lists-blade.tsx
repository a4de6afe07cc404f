// The suppression lists of a domain, and the addresses of the one that is opened.

import { Button, Dropdown, Field, Option, Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { type ArmResource, versionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DeleteRow } from '../../parts/delete-row.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import type { SenderUsername } from './losses.tsx'
import { SuppressedAddresses } from './suppressed-addresses.tsx'
import { suppressionTexts } from './suppression-texts.ts'
import { emailTitles } from './titles.ts'

const WRITE = { action: 'Microsoft.Communication/EmailServices/Domains/SuppressionLists/Write' }
const DELETE = { action: 'Microsoft.Communication/EmailServices/Domains/SuppressionLists/Delete' }
/** In the address of the page: the name of the list that is open. */
const LIST = 'list'

export type SuppressionList = ArmResource<{ readonly listName: string; readonly lastUpdatedTimeStamp: string }>

export function SuppressionListsBlade({ id }: BladeProps) {
  const t = useTexts(suppressionTexts)
  const title = useTexts(emailTitles.suppressionLists).title
  const path = `${id}/suppressionLists`
  const pages = usePages<SuppressionList>(path, versionOf(path))
  const [search, setSearch] = useSearchParams()
  const [isAdding, setIsAdding] = useState(false)
  const open = pages.items.find(({ name }) => name === search.get(LIST))
  const nameOf = ({ properties }: SuppressionList) => properties.listName || t.wholeDomain
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
          {t.addList}
        </GuardedButton>
      }
    >
      <Text>{t.intro}</Text>
      <Lists
        pages={pages}
        nameOf={nameOf}
        open={open}
        onOpen={(name) => setSearch(name === undefined ? {} : { [LIST]: name })}
      />
      {open !== undefined && <SuppressedAddresses key={open.id} id={open.id} name={nameOf(open)} />}
      {isAdding && (
        <AddListDialog
          id={id}
          taken={pages.items.map(({ properties }) => properties.listName.toLowerCase())}
          onClose={() => setIsAdding(false)}
        />
      )}
    </BladeFrame>
  )
}

function Lists(props: {
  readonly pages: ReturnType<typeof usePages<SuppressionList>>
  readonly nameOf: (list: SuppressionList) => string
  readonly open: SuppressionList | undefined
  readonly onOpen: (name: string | undefined) => void
}) {
  const { pages, nameOf, open, onOpen } = props
  const t = useTexts(suppressionTexts)
  const r = useTexts(resourceTexts)
  const { time } = useFormats()
  return (
    <PagedTable
      label={t.lists}
      pages={pages}
      keyOf={(list) => list.id}
      empty={t.noLists}
      columns={[
        { key: 'name', header: t.listOf, cell: nameOf },
        { key: 'changed', header: t.changed, cell: ({ properties }) => time(properties.lastUpdatedTimeStamp) },
        {
          key: 'actions',
          header: r.actions,
          cell: (list) => (
            <>
              <Button
                size="small"
                aria-label={t.openOf(nameOf(list))}
                aria-pressed={list.id === open?.id}
                onClick={() => onOpen(list.name)}
              >
                {t.open}
              </Button>
              <DeleteRow
                id={list.id}
                right={DELETE}
                label={t.deleteListRow(nameOf(list))}
                title={t.deleteListTitle(nameOf(list))}
                said={t.listDeleted}
                onDone={() => onOpen(undefined)}
              >
                <Text>{t.listBreaks}</Text>
              </DeleteRow>
            </>
          ),
        },
      ]}
    />
  )
}

function AddListDialog(props: {
  readonly id: string
  readonly taken: readonly string[]
  readonly onClose: () => void
}) {
  const { id, taken, onClose } = props
  const t = useTexts(suppressionTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const senders = usePages<SenderUsername>(`${id}/senderUsernames`, versionOf(`${id}/senderUsernames`))
  const names = ['', ...senders.items.map(({ properties }) => properties.username)]
  const free = names.filter((name) => !taken.includes(name.toLowerCase()))
  const [chosen, setChosen] = useState<string | undefined>()
  const add = useAction({
    run: () => {
      const path = `${id}/suppressionLists/${crypto.randomUUID()}`
      const json = { properties: { listName: chosen } }
      return api.call('PUT', path, { query: versionOf(path), json, isNew: true })
    },
    said: () => t.listAdded,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.addList}
      verb={common.add}
      isReady={chosen !== undefined}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={onClose}
    >
      <Field label={t.listOf} required>
        <Dropdown
          value={chosen === undefined ? '' : chosen || t.wholeDomain}
          selectedOptions={chosen === undefined ? [] : [chosen]}
          onOptionSelect={(_event, { optionValue }) => setChosen(optionValue)}
        >
          {free.map((name) => (
            <Option key={name} value={name}>
              {name || t.wholeDomain}
            </Option>
          ))}
        </Dropdown>
      </Field>
    </FormDialog>
  )
}
