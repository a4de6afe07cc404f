// Members of a group, owners of an application: objects of the directory that are in a list, are picked to be added, and are removed with
// a word on what that breaks.

import { Body1, Button, Spinner } from '@fluentui/react-components'
import { AddRegular, DismissRegular } from '@fluentui/react-icons'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import type { Right } from '../../api/rights.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PrincipalPicker } from '../../parts/principal-picker.tsx'
import { type PrincipalKind, principalTexts } from '../../parts/principals.ts'
import type { useAction } from '../../parts/use-action.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type DirectoryObject, TENANT } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'

type Action<Given> = ReturnType<typeof useAction<Given, unknown>>

type Props = {
  readonly title: string
  readonly addTitle: string
  readonly right: Right
  readonly kinds: readonly PrincipalKind[]
  readonly list: {
    readonly items: readonly DirectoryObject[]
    readonly isPending: boolean
    readonly isError: boolean
    readonly error: unknown
    readonly hasNextPage?: boolean
    readonly fetchNextPage?: () => unknown
  }
  readonly add: Action<readonly string[]>
  readonly remove: Action<string>
  /** What somebody of this name can no longer do. */
  readonly consequence: (name: string) => string
  readonly children?: ReactNode
}

export function ObjectList(props: Props) {
  const { title, list, children } = props
  const common = useTexts(commonTexts)
  return (
    <BladeFrame title={title} commands={<Add {...props} />}>
      {children}
      {list.isPending && <Spinner label={common.loading} />}
      {list.isError && <Failure error={list.error} />}
      {!list.isPending && !list.isError && list.items.length === 0 && <Body1>{common.nothing}</Body1>}
      {list.items.length > 0 && <Rows {...props} />}
      {list.hasNextPage === true && <Button onClick={() => list.fetchNextPage?.()}>{common.loadMore}</Button>}
    </BladeFrame>
  )
}

function Add({ addTitle, right, kinds, list, add }: Props) {
  const [isOpen, setIsOpen] = useState(false)
  const known = new Set(list.items.map(({ id }) => id))
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={right}
        appearance="primary"
        icon={<AddRegular />}
        disabled={add.isPending}
        onClick={() => setIsOpen(true)}
      >
        {addTitle}
      </GuardedButton>
      {add.isError && <Failure error={add.error} />}
      {isOpen && (
        <PrincipalPicker
          title={addTitle}
          kinds={kinds}
          chosen={[]}
          onChoose={(chosen) => {
            setIsOpen(false)
            add.mutate(chosen.map(({ id }) => id).filter((id) => !known.has(id)))
          }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  )
}

function Rows({ title, right, list, remove, consequence }: Props) {
  const t = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const [removed, setRemoved] = useState<DirectoryObject>()
  const columns: readonly Column<DirectoryObject>[] = [
    { key: 'name', header: t.name, width: 220, cell: (one) => <ObjectLink object={one} /> },
    { key: 'kind', header: t.kind, width: 140, cell: (one) => <ObjectKind object={one} /> },
    { key: 'detail', header: t.objectId, width: 290, cell: ({ id }) => id },
    {
      key: 'remove',
      header: common.remove,
      width: 90,
      cell: (one) => (
        <GuardedButton
          scope={TENANT}
          right={right}
          appearance="subtle"
          size="small"
          icon={<DismissRegular />}
          aria-label={t.remove(nameOf(one))}
          onClick={() => setRemoved(one)}
        />
      ),
    },
  ]
  return (
    <>
      <DataTable label={title} items={list.items} keyOf={({ id }) => id} columns={columns} />
      {removed && (
        <ConfirmDialog
          title={`${t.remove(nameOf(removed))}?`}
          verb={common.remove}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removed.id, { onSuccess: () => setRemoved(undefined) })}
          onClose={() => setRemoved(undefined)}
        >
          <Body1>{consequence(nameOf(removed))}</Body1>
        </ConfirmDialog>
      )}
    </>
  )
}

const nameOf = ({ displayName, userPrincipalName, id }: DirectoryObject): string =>
  displayName ?? userPrincipalName ?? id

const KINDS: Readonly<Record<string, PrincipalKind>> = {
  '#microsoft.graph.user': 'User',
  '#microsoft.graph.group': 'Group',
  '#microsoft.graph.servicePrincipal': 'ServicePrincipal',
}

function ObjectKind({ object }: { readonly object: DirectoryObject }) {
  const kinds = useTexts(principalTexts)
  const kind = KINDS[object['@odata.type']]
  return kind === undefined ? object['@odata.type'] : kinds[kind]
}

export function ObjectLink({ object }: { readonly object: DirectoryObject }) {
  const name = <ForeignText text={nameOf(object)} />
  const to = addressOfObject(object)
  return to === undefined ? name : <Link to={to}>{name}</Link>
}

function addressOfObject({ '@odata.type': type, id, appId }: DirectoryObject): string | undefined {
  switch (KINDS[type]) {
    case 'User':
      return `/users/${id}`
    case 'Group':
      return `/groups/${id}`
    case 'ServicePrincipal':
      return appId === undefined ? undefined : `/applications/${appId}`
    case undefined:
      return undefined
  }
}
