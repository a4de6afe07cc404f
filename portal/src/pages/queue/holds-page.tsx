// Holds: what is stopped, since when, by whom and why; releasing one, and adding one.

import { Button, Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { usePrincipals } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfMessage } from '../messages/message.ts'
import { AddHold } from './add-hold.tsx'
import { holdsTexts } from './holds-texts.ts'
import { QueueFrame } from './queue-frame.tsx'
import { type Hold, HOLD, HOLDS, RELEASE } from './queued.ts'
import { actTexts, queueTexts } from './texts.ts'

/** The API counts no further. */
const COUNTED = 1000

export function HoldsPage() {
  const t = useTexts(holdsTexts)
  const views = useTexts(queueTexts)
  const pages = usePages<Hold>(HOLDS, { limit: 50 })
  const [releasing, setReleasing] = useState<Hold | undefined>()
  const [isAdding, setIsAdding] = useState(false)
  const columns = useColumns(pages.items, setReleasing)
  return (
    <QueueFrame view="holds">
      <div>
        <GuardedButton scope="/" right={HOLD} icon={<AddRegular />} onClick={() => setIsAdding(true)}>
          {t.add}
        </GuardedButton>
      </div>
      <PagedTable label={views.views.holds} pages={pages} keyOf={({ id }) => id} empty={t.none} columns={columns} />
      {releasing && <ReleaseDialog hold={releasing} onClose={() => setReleasing(undefined)} />}
      {isAdding && <AddHold onClose={() => setIsAdding(false)} />}
    </QueueFrame>
  )
}

function useColumns(holds: readonly Hold[], onRelease: (hold: Hold) => void): readonly Column<Hold>[] {
  const t = useTexts(holdsTexts)
  const common = useTexts(queueTexts)
  const { time } = useFormats()
  const parked = useParked()
  const principals = usePrincipals(holds.map(({ createdBy }) => createdBy))
  return [
    { key: 'what', header: t.what, width: 240, cell: (hold) => <WhatIsHeld hold={hold} /> },
    {
      key: 'release',
      header: common.actions,
      width: 120,
      cell: (hold) => <ReleaseButton hold={hold} onRelease={onRelease} />,
    },
    { key: 'reason', header: t.reason, width: 200, cell: ({ reason }) => <ForeignText text={reason} /> },
    { key: 'parked', header: t.parked, width: 110, cell: (hold) => parked(hold) },
    { key: 'since', header: t.since, width: 140, cell: ({ createdAt }) => time(createdAt) },
    {
      key: 'by',
      header: t.by,
      width: 140,
      cell: ({ createdBy }) => <ForeignText text={principals.get(createdBy)?.name ?? createdBy} />,
    },
  ]
}

/** What stops mail of every service takes the right on all of them; a single message that on its own service, which is not told here. */
function ReleaseButton({ hold, onRelease }: { readonly hold: Hold; readonly onRelease: (hold: Hold) => void }) {
  const { release } = useTexts(queueTexts)
  const button = { size: 'small', children: release, onClick: () => onRelease(hold) } as const
  return hold.selection.id === undefined ? (
    <GuardedButton scope="/" right={RELEASE} {...button} />
  ) : (
    <Button {...button} />
  )
}

function useParked(): (hold: Hold) => string {
  const t = useTexts(holdsTexts)
  const { number } = useFormats()
  return ({ parked }) => (parked >= COUNTED ? t.parkedMore : number(parked))
}

function WhatIsHeld({ hold: { selection } }: { readonly hold: Hold }) {
  const t = useTexts(holdsTexts)
  const { id, applicationId, sender, destination } = selection
  if (id !== undefined) return <Link to={addressOfMessage(id)}>{t.message(id)}</Link>
  if (applicationId === undefined && sender === undefined && destination === undefined) return t.everything
  return (
    <>
      {applicationId !== undefined && (
        <div>
          {t.application('')}
          <ApplicationLink applicationId={applicationId} />
        </div>
      )}
      {sender !== undefined && (
        <div>
          <ForeignText text={t.sender(sender)} />
        </div>
      )}
      {destination !== undefined && (
        <div>
          <ForeignText text={t.destination(destination)} />
        </div>
      )}
    </>
  )
}

function ReleaseDialog({ hold, onClose }: { readonly hold: Hold; readonly onClose: () => void }) {
  const t = useTexts(actTexts)
  const common = useTexts(queueTexts)
  const api = useApi()
  const parked = useParked()
  const release = useAction({
    run: () => api.call('DELETE', `${HOLDS}/${hold.id}`),
    said: () => t.releaseDone,
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.releaseTitle}
      verb={common.release}
      isBusy={release.isPending}
      error={release.error}
      onConfirm={() => release.mutate(undefined)}
      onClose={onClose}
    >
      <div>
        <WhatIsHeld hold={hold} />
      </div>
      <Text>{t.releaseWhat(parked(hold))}</Text>
    </ConfirmDialog>
  )
}
