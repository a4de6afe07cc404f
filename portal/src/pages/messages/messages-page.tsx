// Accepted messages, newest first, found by whom they are from and to, by application, status and time; and the box that takes whatever
// somebody has of one: a queue id, a Message-ID, or the reference of a refusal.

import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { ArrowRightRegular } from '@fluentui/react-icons'
import { type SubmitEvent, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ChoiceFilter, FilterBar, PeriodFilter, TextFilter, useFilters, usePeriod } from '../../parts/filters.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { Page } from '../../parts/page.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { Subject } from '../../parts/subject.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfMessage, type Message, MESSAGE_STATUSES, MESSAGES, messagesQuery, readId } from './message.ts'
import { MessageState } from './states.tsx'
import { messagesTexts } from './texts.ts'

const useStyles = makeStyles({
  find: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  box: { flex: '1 1 240px', maxWidth: '560px' },
})

export function MessagesPage() {
  const t = useTexts(messagesTexts)
  const common = useTexts(commonTexts)
  const [search] = useSearchParams()
  const { isFiltered } = useFilters()
  const pages = usePages<Message>(MESSAGES, messagesQuery(search, usePeriod()))
  return (
    <Page title={t.title}>
      <Find />
      <FilterBar>
        <TextFilter name="sender" label={t.filter.sender} />
        <TextFilter name="recipient" label={t.filter.recipient} />
        <TextFilter name="applicationId" label={t.filter.applicationId} />
        <ChoiceFilter
          name="status"
          label={t.status}
          choices={[
            { value: '', text: t.anyStatus },
            ...MESSAGE_STATUSES.map((status) => ({ value: status, text: t.statuses[status] })),
          ]}
        />
        <PeriodFilter />
      </FilterBar>
      <PagedTable
        label={t.title}
        pages={pages}
        keyOf={({ id }) => id}
        {...(isFiltered && { empty: common.nothingFound })}
        columns={useColumns()}
      />
    </Page>
  )
}

function useColumns(): readonly Column<Message>[] {
  const t = useTexts(messagesTexts)
  const { time } = useFormats()
  return [
    {
      key: 'subject',
      header: t.subject,
      width: 220,
      cell: ({ id, subject }) => (
        <Link to={addressOfMessage(id)}>
          <Subject subject={subject} none={t.noSubject} lines={2} />
        </Link>
      ),
    },
    { key: 'status', header: t.status, width: 140, cell: ({ status }) => <MessageState status={status} /> },
    { key: 'received', header: t.received, width: 150, cell: ({ receivedAt }) => time(receivedAt) },
    {
      key: 'sender',
      header: t.from,
      width: 200,
      cell: ({ reversePath }) => <ForeignText text={reversePath || t.reports} lines={2} />,
    },
    {
      key: 'recipients',
      header: t.to,
      width: 200,
      cell: ({ recipients: [first, ...others] }) => (
        <>
          <ForeignText text={first?.forwardPath ?? ''} lines={2} /> {others.length > 0 && t.more(others.length)}
        </>
      ),
    },
  ]
}

/** The API tells by itself what it is that was given. */
function Find() {
  const t = useTexts(messagesTexts)
  const styles = useStyles()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const id = readId(typed)
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    if (id !== '') void navigate(addressOfMessage(id))
  }
  return (
    <form className={styles.find} onSubmit={open}>
      <Field label={t.find} hint={t.findHint} className={styles.box}>
        <Input
          value={typed}
          onChange={(_event, { value }) => setTyped(value)}
          contentAfter={
            <Button
              type="submit"
              appearance="transparent"
              size="small"
              icon={<ArrowRightRegular />}
              aria-label={t.open}
              disabled={id === ''}
            />
          }
        />
      </Field>
    </form>
  )
}
