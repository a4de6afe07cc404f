// Queued messages one by one, found by application, sender, destination and state; some of them, or all that fit, may be acted on.

import { makeStyles, Text, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters.tsx'
import { ForeignText, visibleText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { readableSubject, Subject } from '../../parts/subject.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfMessage } from '../messages/message.ts'
import type { QueueAct } from './act.ts'
import { ActDialog } from './act-dialog.tsx'
import { QueueFrame } from './queue-frame.tsx'
import { QueueStateBadge } from './queue-state-badge.tsx'
import {
  DELETE,
  filterOf,
  HOLD,
  MOST_NAMED,
  QUEUE,
  QUEUE_STATES,
  type QueuedMessage,
  queryOf,
  RETRY,
  type Selected,
} from './queued.ts'
import { queueTexts } from './texts.ts'

export function QueuedPage() {
  const t = useTexts(queueTexts)
  const common = useTexts(commonTexts)
  const [search] = useSearchParams()
  const { isFiltered } = useFilters()
  const filter = filterOf(search)
  const pages = usePages<QueuedMessage>(QUEUE, { limit: MOST_NAMED, ...queryOf(filter) })
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const ids = pages.items.map(({ id }) => id).filter((id) => chosen.has(id))
  const subjectOf = (id: string) =>
    visibleText(readableSubject(pages.items.find((item) => item.id === id)?.subject ?? '') || t.noSubject)
  return (
    <QueueFrame view="messages">
      <FilterBar>
        <TextFilter name="destination" label={t.destination} />
        <TextFilter name="sender" label={t.sender} />
        <TextFilter name="applicationId" label={t.application} />
        <ChoiceFilter
          name="state"
          label={t.state}
          choices={[
            { value: '', text: t.anyState },
            ...QUEUE_STATES.map((state) => ({ value: state, text: t.states[state] })),
          ]}
        />
      </FilterBar>
      <Actions
        scopes={['/', ...new Set(pages.items.map(({ resource }) => resource))]}
        selected={ids.length === 0 ? { type: 'fitting', filter } : { type: 'named', ids }}
        isEmpty={pages.items.length === 0 && !pages.hasNextPage}
        onDone={() => setChosen(new Set())}
      />
      <PagedTable
        label={t.views.messages}
        pages={pages}
        keyOf={({ id }) => id}
        columns={useColumns()}
        empty={isFiltered ? common.nothingFound : t.nothing}
        selection={{
          selected: chosen,
          onSelect: (selected) => setChosen(new Set([...selected].slice(0, MOST_NAMED))),
          label: t.selectAll,
          labelOf: (id) => t.select(subjectOf(id)),
        }}
      />
    </QueueFrame>
  )
}

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
})

/** On what is selected, or, where nothing is, on all that fit the filter. */
function Actions(props: {
  readonly scopes: readonly string[]
  readonly selected: Selected
  readonly isEmpty: boolean
  readonly onDone: () => void
}) {
  const { scopes, selected, isEmpty, onDone } = props
  const t = useTexts(queueTexts)
  const styles = useStyles()
  const [act, setAct] = useState<QueueAct | undefined>()
  return (
    <div role="group" aria-label={t.actions} className={styles.actions}>
      {(
        [
          ['retry', RETRY],
          ['hold', HOLD],
          ['delete', DELETE],
        ] as const
      ).map(([name, right]) => (
        <GuardedButton
          key={name}
          scope={name === 'hold' && selected.type === 'fitting' ? '/' : scopes}
          right={right}
          disabled={isEmpty}
          onClick={() => setAct(name)}
        >
          {t[name]}
        </GuardedButton>
      ))}
      <Text aria-live="polite">{selected.type === 'named' ? t.selected(selected.ids.length) : t.allFitting}</Text>
      {act && (
        <ActDialog
          act={act}
          selected={selected}
          onClose={() => {
            setAct(undefined)
            onDone()
          }}
        />
      )}
    </div>
  )
}

function useColumns(): readonly Column<QueuedMessage>[] {
  const t = useTexts(queueTexts)
  const { time, fromNow } = useFormats()
  return [
    {
      key: 'subject',
      header: t.subject,
      width: 150,
      cell: ({ id, subject }) => (
        <Link to={addressOfMessage(id)}>
          <Subject subject={subject} none={t.noSubject} lines={2} />
        </Link>
      ),
    },
    { key: 'state', header: t.state, width: 110, cell: ({ state }) => <QueueStateBadge state={state} /> },
    {
      key: 'to',
      header: t.to,
      width: 165,
      cell: ({ recipients: [first, ...others] }) => (
        <>
          <ForeignText text={first?.forwardPath ?? ''} lines={2} /> {others.length > 0 && t.more(others.length)}
        </>
      ),
    },
    {
      key: 'sender',
      header: t.sender,
      width: 150,
      cell: ({ reversePath }) => <ForeignText text={reversePath || t.reports} lines={2} />,
    },
    { key: 'received', header: t.received, width: 125, cell: ({ receivedAt }) => time(receivedAt) },
    {
      key: 'next',
      header: t.nextAttempt,
      width: 105,
      cell: ({ nextAttemptAt }) =>
        nextAttemptAt === undefined ? t.none : <span title={time(nextAttemptAt)}>{fromNow(nextAttemptAt)}</span>,
    },
    {
      key: 'reply',
      header: t.lastReply,
      width: 180,
      cell: ({ recipients }) => {
        const reply = recipients.find(({ lastReply }) => lastReply !== undefined)?.lastReply ?? ''
        return <ForeignText text={reply} lines={2} />
      },
    },
  ]
}
