// Lists of the API, page by page: each answer holds the link to the next.

import { useInfiniteQuery } from '@tanstack/react-query'
import { useApi } from '../session/session-context.tsx'
import type { Query } from './api.ts'

type Page<Item> = {
  readonly value: readonly Item[]
  readonly nextLink?: string
  /** What Graph calls it. */
  readonly '@odata.nextLink'?: string
}

/** `path` and `query` are the key: whoever asks for the same sees the same. */
export function usePages<Item>(path: string, query: Query = {}, options: { readonly enabled?: boolean } = {}) {
  const api = useApi()
  const pages = useInfiniteQuery({
    queryKey: [path, query],
    enabled: options.enabled ?? true,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined
        ? api.call<Page<Item>>('GET', path, { query, signal })
        : api.call<Page<Item>>('GET', pageParam, { signal }),
    getNextPageParam: (page) => page.nextLink ?? page['@odata.nextLink'],
  })
  return { ...pages, items: pages.data?.pages.flatMap(({ value }) => value) ?? [] }
}
