// What a list is narrowed by. It stands in the address, so that a list can be linked to, reloaded and gone back to.

import { Button, Dropdown, Field, Input, makeStyles, Option, tokens } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { useTexts } from '../texts/language.tsx'
import { filterTexts } from './filter-texts.ts'

const useStyles = makeStyles({
  bar: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, alignItems: 'end' },
  field: { flex: '1 1 150px', maxWidth: '320px', minWidth: 0, gridTemplateColumns: 'minmax(0, 1fr)' },
  choice: { minWidth: 0 },
})

export function useFilters() {
  const [search, setSearch] = useSearchParams()
  return {
    get: (name: string) => search.get(name) ?? '',
    isFiltered: search.size > 0,
    clear: () => setSearch(new URLSearchParams()),
    /** Nothing takes the filter away. */
    set: (given: Readonly<Record<string, string>>) =>
      setSearch((before) => {
        const after = new URLSearchParams(before)
        for (const [name, value] of Object.entries(given)) {
          if (value === '') after.delete(name)
          else after.set(name, value)
        }
        return after
      }),
  }
}

export function FilterBar({ children }: { readonly children: ReactNode }) {
  const t = useTexts(filterTexts)
  const styles = useStyles()
  const { isFiltered, clear } = useFilters()
  return (
    <search className={styles.bar}>
      {children}
      {isFiltered && (
        <Button appearance="subtle" icon={<DismissRegular />} onClick={clear}>
          {t.clear}
        </Button>
      )}
    </search>
  )
}

export function TextFilter({ name, label }: { readonly name: string; readonly label: string }) {
  const styles = useStyles()
  const { get, set } = useFilters()
  const value = get(name)
  const take = (typed: string) => typed.trim() !== value && set({ [name]: typed.trim() })
  return (
    <Field label={label} className={styles.field}>
      <Input
        key={value}
        defaultValue={value}
        onBlur={({ target }) => take(target.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && take(currentTarget.value)}
      />
    </Field>
  )
}

export type Choice = { readonly value: string; readonly text: string }

export function ChoiceFilter(props: {
  readonly name: string
  readonly label: string
  /** The first is what holds without a choice. */
  readonly choices: readonly Choice[]
}) {
  const { name, label, choices } = props
  const styles = useStyles()
  const { get, set } = useFilters()
  const [first] = choices
  const chosen = choices.find(({ value }) => value === get(name)) ?? first
  return (
    <Field label={label} className={styles.field}>
      <Dropdown
        className={styles.choice}
        value={chosen?.text ?? ''}
        selectedOptions={chosen === undefined ? [] : [chosen.value]}
        onOptionSelect={(_event, { optionValue = '' }) =>
          set({ [name]: optionValue === first?.value ? '' : optionValue })
        }
      >
        {choices.map(({ value, text }) => (
          <Option key={value} value={value}>
            {text}
          </Option>
        ))}
      </Dropdown>
    </Field>
  )
}

const HOUR = 3_600_000
const PERIODS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const

/** `since` and `until` of the query, as the period in the address says. It stays the same until the period is chosen anew. */
export function usePeriod(): { readonly since?: string; readonly until?: string } {
  const { get } = useFilters()
  const [period, since, until] = [get('period'), get('since'), get('until')]
  return useMemo(() => {
    const length = PERIODS[period as keyof typeof PERIODS]
    if (length !== undefined) return { since: new Date(Date.now() - length).toISOString() }
    return { ...(since !== '' && { since }), ...(until !== '' && { until }) }
  }, [period, since, until])
}

export function PeriodFilter({ withEnd = true }: { readonly withEnd?: boolean }) {
  const t = useTexts(filterTexts)
  const { get } = useFilters()
  const choices = [
    { value: '', text: t.anyTime },
    { value: 'hour', text: t.lastHour },
    { value: 'day', text: t.lastDay },
    { value: 'week', text: t.lastWeek },
    { value: 'own', text: t.ownPeriod },
  ]
  return (
    <>
      <ChoiceFilter name="period" label={t.period} choices={choices} />
      {get('period') === 'own' && (
        <>
          <MomentFilter name="since" label={t.since} />
          {withEnd && <MomentFilter name="until" label={t.until} />}
        </>
      )}
    </>
  )
}

function MomentFilter({ name, label }: { readonly name: string; readonly label: string }) {
  const styles = useStyles()
  const { get, set } = useFilters()
  return (
    <Field label={label} className={styles.field}>
      <Input
        type="datetime-local"
        defaultValue={localOf(get(name))}
        onBlur={({ target: { value } }) => set({ [name]: value === '' ? '' : new Date(value).toISOString() })}
      />
    </Field>
  )
}

/** As the input takes it: the person's own time, without a zone. */
function localOf(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
