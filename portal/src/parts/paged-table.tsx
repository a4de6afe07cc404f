// A list that grows page by page: the first page on opening, the next when it is asked for. A page may be empty and not be the last.

import { Button, Spinner, Text } from '@fluentui/react-components'
import type { usePages } from '../api/pages.ts'
import { type Column, DataTable, type Selection } from './data-table.tsx'
import { Failure } from './failure.tsx'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

export type { Column } from './data-table.tsx'

export function PagedTable<Item>(props: {
  readonly label: string
  readonly pages: ReturnType<typeof usePages<Item>>
  readonly columns: readonly Column<Item>[]
  readonly keyOf: (item: Item) => string
  readonly selection?: Selection
  readonly empty?: string
}) {
  const { label, pages, columns, keyOf, selection, empty } = props
  const t = useTexts(commonTexts)
  if (pages.isPending) return <Spinner label={t.loading} />
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />
  const { items, hasNextPage } = pages
  return (
    <>
      {items.length > 0 && (
        <DataTable label={label} items={items} columns={columns} keyOf={keyOf} {...(selection && { selection })} />
      )}
      {items.length === 0 && !hasNextPage && <Text>{empty ?? t.nothing}</Text>}
      {hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {pages.isFetchingNextPage ? t.loading : t.loadMore}
        </Button>
      )}
    </>
  )
}
