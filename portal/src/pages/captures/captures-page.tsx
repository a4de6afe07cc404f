// The capture inbox: what was captured instead of being sent, newest first, and emptying it.

import { Text } from '@fluentui/react-components'
import { useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { Subject } from '../../parts/subject.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfCapture, type Capture, CAPTURES, DELETE_CAPTURES } from './capture.ts'
import { capturesTexts } from './texts.ts'

export function CapturesPage() {
  const t = useTexts(capturesTexts)
  const [isEmptying, setIsEmptying] = useState(false)
  const pages = usePages<Capture>(CAPTURES, { limit: 50 })
  const services = [...new Set(pages.items.map(({ resource }) => resource))]
  return (
    <Page
      title={t.title}
      actions={
        <GuardedButton
          scope={['/', ...services]}
          right={DELETE_CAPTURES}
          disabled={pages.items.length === 0}
          onClick={() => setIsEmptying(true)}
        >
          {t.empty}
        </GuardedButton>
      }
    >
      <Text>{t.intro}</Text>
      <PagedTable label={t.title} pages={pages} keyOf={({ id }) => id} columns={useColumns()} />
      {isEmptying && (
        <EmptyDialog
          count={pages.items.length}
          hasMore={pages.hasNextPage}
          services={services}
          onClose={() => setIsEmptying(false)}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Capture>[] {
  const t = useTexts(capturesTexts)
  const { time } = useFormats()
  return [
    {
      key: 'subject',
      header: t.subject,
      width: 240,
      cell: ({ id, subject }) => (
        <Link to={addressOfCapture(id)}>
          <Subject subject={subject} none={t.noSubject} lines={2} />
        </Link>
      ),
    },
    { key: 'received', header: t.received, width: 150, cell: ({ receivedAt }) => time(receivedAt) },
    {
      key: 'from',
      header: t.from,
      width: 200,
      cell: ({ envelope }) => <ForeignText text={envelope.reversePath || t.reports} lines={2} />,
    },
    {
      key: 'to',
      header: t.to,
      width: 200,
      cell: ({
        envelope: {
          recipients: [first = '', ...others],
        },
      }) => (
        <>
          <ForeignText text={first} lines={2} /> {others.length > 0 && t.more(others.length)}
        </>
      ),
    },
    {
      key: 'service',
      header: t.service,
      width: 160,
      cell: ({ resource }) => <Link to={addressOf(resource)}>{nameOf(resource)}</Link>,
    },
  ]
}

function EmptyDialog(props: {
  readonly count: number
  readonly hasMore: boolean
  readonly services: readonly string[]
  readonly onClose: () => void
}) {
  const { count, hasMore, services, onClose } = props
  const t = useTexts(capturesTexts)
  const api = useApi()
  const empty = useAction({
    run: () => api.call<{ deleted: number }>('DELETE', CAPTURES),
    said: ({ deleted }) => t.emptied(deleted),
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.emptyTitle}
      verb={t.empty}
      isBusy={empty.isPending}
      error={empty.error}
      onConfirm={() => empty.mutate(undefined)}
      onClose={onClose}
    >
      <Text>{t.emptyWhat(hasMore ? t.allServices : services.map(nameOf).join(', '))}</Text>
      <Text>{t.emptyShown(count, hasMore)}</Text>
      <Text>{t.emptyKept}</Text>
    </ConfirmDialog>
  )
}
