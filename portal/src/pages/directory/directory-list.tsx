// A list of the directory: found by name or id, opened by its name, with a button for a new one. What else is shown is up to the page.

import { AddRegular } from '@fluentui/react-icons'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import type { Right } from '../../api/rights.ts'
import type { Column } from '../../parts/data-table.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { searchFor, TENANT } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { ObjectSearch, useSearchText } from './object-search.tsx'

type Listed = { readonly id: string; readonly displayName: string; readonly createdDateTime: string | null }

export function DirectoryList<One extends Listed>(props: {
  readonly title: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly search: Parameters<typeof searchFor>[1]
  readonly nameHeader: string
  readonly addressOf: (one: One) => string
  /** Between the name and when it was made. */
  readonly columns: readonly Column<One>[]
  readonly create: {
    readonly right: Right
    readonly label: string
    readonly dialog: (onClose: () => void) => ReactNode
  }
}) {
  const { title, path, query, search, nameHeader, addressOf, columns, create } = props
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { date } = useFormats()
  const text = useSearchText()
  const pages = usePages<One>(path, { $top: 50, ...query, ...searchFor(text, search) })
  const name: Column<One> = {
    key: 'name',
    header: nameHeader,
    width: 220,
    cell: (one) => (
      <Link to={addressOf(one)}>
        <ForeignText text={one.displayName} />
      </Link>
    ),
  }
  const created: Column<One> = {
    key: 'created',
    header: directory.created,
    cell: ({ createdDateTime }) => (createdDateTime === null ? '' : date(createdDateTime)),
  }
  return (
    <Page title={title} actions={<Create {...create} />}>
      <ObjectSearch label={directory.search} />
      <PagedTable
        label={title}
        pages={pages}
        keyOf={({ id }) => id}
        {...(text !== '' && { empty: common.nothingFound })}
        columns={[name, ...columns, created]}
      />
    </Page>
  )
}

function Create(props: {
  readonly right: Right
  readonly label: string
  readonly dialog: (onClose: () => void) => ReactNode
}) {
  const { right, label, dialog } = props
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={right}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setIsOpen(true)}
      >
        {label}
      </GuardedButton>
      {isOpen && dialog(() => setIsOpen(false))}
    </>
  )
}
