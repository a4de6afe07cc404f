// The box that a list of the directory is searched with. What was searched for stands in the address.

import { Field, makeStyles, SearchBox } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import { useHref, useLocation, useSearchParams } from 'react-router'
import { useSettled } from '../../parts/use-settled.ts'

const NAME = 'search'
const useStyles = makeStyles({ field: { maxWidth: '400px' } })

/** What is searched for, once nobody types any more. */
export const useSearchText = (): string => useSearchParams()[0].get(NAME) ?? ''

export function ObjectSearch({ label }: { readonly label: string }) {
  const styles = useStyles()
  const [search, setSearch] = useSearchParams()
  const [typed, setTyped] = useState(search.get(NAME) ?? '')
  const settled = useSettled(typed.trim())
  const here = useHref(useLocation().pathname)
  useEffect(() => {
    // Whoever has left already, while the next page is still on its way, is not called back.
    if (window.location.pathname === here) setSearch(settled === '' ? {} : { [NAME]: settled }, { replace: true })
  }, [settled, setSearch, here])
  return (
    <search>
      <Field label={label} className={styles.field}>
        <SearchBox value={typed} onChange={(_event, { value }) => setTyped(value)} />
      </Field>
    </search>
  )
}
