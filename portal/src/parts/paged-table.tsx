// A list that grows page by page: the first page on opening, the next when it is asked for. A page may be empty and not be the last, where
// the API looks through so much at a time: as long as nothing is found the next ones are asked for without anybody, up to a bound.
// What was loaded stays where the next page or a newer state cannot be had.

import { Button, Spinner, Text } from '@fluentui/react-components'
import { useEffect } from 'react'
import type { usePages } from '../api/pages.ts'
import { type Column, DataTable, type Selection } from './data-table.tsx'
import { Failure } from './failure.tsx'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

export type { Column } from './data-table.tsx'

const MOST_EMPTY_PAGES = 20

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
  const { data, isFetching, fetchNextPage } = pages
  const seeks =
    pages.hasNextPage && !pages.isError && pages.items.length === 0 && (data?.pages.length ?? 0) < MOST_EMPTY_PAGES
  useEffect(() => {
    if (seeks && !isFetching) void fetchNextPage()
  }, [seeks, isFetching, fetchNextPage])
  if (pages.isPending || seeks) return <Spinner label={t.loading} />
  const { items, hasNextPage, isError } = pages
  const retry = () => void (pages.isFetchNextPageError ? pages.fetchNextPage() : pages.refetch())
  return (
    <>
      {items.length > 0 && (
        <DataTable label={label} items={items} columns={columns} keyOf={keyOf} {...(selection && { selection })} />
      )}
      {isError && <Failure error={pages.error} onRetry={retry} />}
      {!isError && items.length === 0 && <Text>{hasNextPage ? t.nothingYet : (empty ?? t.nothing)}</Text>}
      {!isError && hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {pages.isFetchingNextPage ? t.loading : t.loadMore}
        </Button>
      )}
    </>
  )
}
