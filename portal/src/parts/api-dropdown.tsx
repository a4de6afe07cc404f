// A choice from a list of the API: its first page on opening, the next when it is asked for. Where there is but one, it is chosen.

import { Dropdown, Field, Option, OptionGroup } from '@fluentui/react-components'
import { useEffect } from 'react'
import { usePages } from '../api/pages.ts'
import type { Query } from '../api/api.ts'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { Failure } from './failure.tsx'

const MORE = '\0more'

export function ApiDropdown<Item>(props: {
  readonly label: string
  /** Nothing is asked without one. */
  readonly path: string | undefined
  readonly query: Query
  readonly keyOf: (item: Item) => string
  readonly nameOf: (item: Item) => string
  readonly isOffered?: (item: Item) => boolean
  readonly chosenKey: string | undefined
  /** What it is called while it is not among what was loaded. */
  readonly chosenName?: string
  readonly onChoose: (item: Item) => void
  readonly empty?: string
  readonly hint?: string
}) {
  const { label, path, query, keyOf, nameOf, isOffered = () => true, chosenKey, chosenName, onChoose } = props
  const { empty, hint } = props
  const t = useTexts(commonTexts)
  const pages = usePages<Item>(path ?? '', query, { enabled: path !== undefined })
  const items = pages.items.filter(isOffered)
  const chosen = items.find((item) => sameKey(keyOf(item), chosenKey))
  const only = pages.isSuccess && !pages.hasNextPage && items.length === 1 ? items[0] : undefined
  const isOpen = only !== undefined && chosenKey === undefined
  useEffect(() => {
    if (isOpen) onChoose(only)
  }, [isOpen])
  const choose = (key: string | undefined) => {
    if (key === MORE) return void pages.fetchNextPage()
    const item = items.find((one) => keyOf(one) === key)
    if (item !== undefined) onChoose(item)
  }
  return (
    <>
      <Field label={label} required {...(hint !== undefined && { hint })}>
        <Dropdown
          disabled={path === undefined}
          value={chosen === undefined ? (chosenName ?? '') : nameOf(chosen)}
          selectedOptions={chosen === undefined ? [] : [keyOf(chosen)]}
          onOptionSelect={(_event, { optionValue }) => choose(optionValue)}
        >
          {items.map((item) => (
            <Option key={keyOf(item)} value={keyOf(item)}>
              {nameOf(item)}
            </Option>
          ))}
          {items.length === 0 && <OptionGroup label={pages.isFetching ? t.loading : (empty ?? t.nothingFound)} />}
          {pages.hasNextPage && (
            <Option key={MORE} value={MORE}>
              {t.loadMore}
            </Option>
          )}
        </Dropdown>
      </Field>
      {pages.isError && <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
    </>
  )
}

/** Ids of resources are compared without regard to case. */
const sameKey = (one: string, other: string | undefined) => one.toLowerCase() === other?.toLowerCase()
