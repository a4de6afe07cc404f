// What happened, newest first, whether or not anybody is told of it.

import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { ChoiceFilter, FilterBar, PeriodFilter, useFilters, usePeriod } from '../../parts/filters.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { addressOf, nameOf, TYPE_NAMES, typeOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { eventsPath } from './subscription.ts'
import { EVENT_TYPES, eventsTexts, typeText } from './texts.ts'

type Event = {
  readonly id: string
  readonly source: string
  readonly subject: string
  readonly type: string
  readonly time: string
  readonly data: Readonly<Record<string, unknown>>
}

export function EventList({ scope }: { readonly scope: string }) {
  const t = useTexts(eventsTexts)
  const common = useTexts(commonTexts)
  const { time } = useFormats()
  const { get, isFiltered } = useFilters()
  const [opened, setOpened] = useState<Event | undefined>()
  const pages = usePages<Event>(eventsPath(scope), { limit: 50, type: get('type'), ...usePeriod() })
  const types = EVENT_TYPES.map((type) => ({ value: type, text: t.kinds[type] }))
  return (
    <>
      <FilterBar>
        <ChoiceFilter name="type" label={t.type} choices={[{ value: '', text: t.anyType }, ...types]} />
        <PeriodFilter />
      </FilterBar>
      <PagedTable
        label={t.title}
        pages={pages}
        keyOf={({ id }) => id}
        {...(isFiltered && { empty: common.nothingFound })}
        columns={[
          { key: 'time', header: t.time, cell: (event) => time(event.time), width: 190 },
          { key: 'type', header: t.type, cell: ({ type }) => typeText(t, type), width: 190 },
          { key: 'subject', header: t.subject, cell: ({ subject }) => <ForeignText text={subject} />, width: 340 },
          { key: 'source', header: t.source, cell: ({ source }) => <Source id={source} />, width: 140 },
          {
            key: 'details',
            header: t.details,
            width: 100,
            cell: (event) => (
              <Button size="small" aria-label={t.detailsOf(event.subject)} onClick={() => setOpened(event)}>
                {t.details}
              </Button>
            ),
          },
        ]}
      />
      {opened !== undefined && <EventDetails event={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

function Source({ id }: { readonly id: string }) {
  const hasPage = id.startsWith('/subscriptions/') && TYPE_NAMES[typeOf(id)] !== undefined
  return hasPage ? <Link to={addressOf(id)}>{nameOf(id)}</Link> : <>{nameOf(id) === '' ? id : nameOf(id)}</>
}

function EventDetails({ event, onClose }: { readonly event: Event; readonly onClose: () => void }) {
  const t = useTexts(eventsTexts)
  const { exact } = useFormats()
  const { internetMessageId } = event.data
  return (
    <DetailPanel title={typeText(t, event.type)} onClose={onClose}>
      <Essentials
        items={[
          { label: t.time, value: exact(event.time) },
          { label: t.type, value: event.type },
          { label: t.id, value: event.id },
          { label: t.source, value: <Source id={event.source} /> },
          { label: t.subject, value: <ForeignText text={event.subject} /> },
        ]}
      />
      {typeof internetMessageId === 'string' && (
        <Link to={`/messages/${encodeURIComponent(internetMessageId)}`}>{t.toMessage}</Link>
      )}
      <JsonView label={t.data} value={event.data} />
    </DetailPanel>
  )
}
