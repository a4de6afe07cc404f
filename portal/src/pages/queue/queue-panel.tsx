// One message in the queue, on its own page: its state, what holds it, and what may be done to it.

import { makeStyles, MessageBar, MessageBarBody, Subtitle1, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { QueueAct } from './act.ts'
import { ActDialog } from './act-dialog.tsx'
import { QueueStateBadge } from './queue-state-badge.tsx'
import { DELETE, HOLD, type HoldSelection, QUEUE, type QueuedMessage, RETRY } from './queued.ts'
import { queueTexts } from './texts.ts'

type Queued = QueuedMessage & {
  readonly holds: readonly { readonly id: string; readonly selection: HoldSelection; readonly reason: string }[]
}

const useStyles = makeStyles({
  panel: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  actions: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
})

/** Nothing where the message has left the queue, or where the queue may not be read. */
export function QueuePanel({ id, resource }: { readonly id: string; readonly resource: string }) {
  const t = useTexts(queueTexts)
  const styles = useStyles()
  const api = useApi()
  const [act, setAct] = useState<QueueAct | undefined>()
  const path = `${QUEUE}/${id}`
  const { data } = useQuery({
    queryKey: [path],
    retry: false,
    queryFn: ({ signal }) => api.call<Queued>('GET', path, { signal }),
  })
  if (data === undefined) return null
  return (
    <section className={styles.panel} aria-label={t.inQueue}>
      <Subtitle1 as="h2">{t.inQueue}</Subtitle1>
      {data.holds.map((hold) => (
        <MessageBar key={hold.id} intent="warning" layout="multiline">
          <MessageBarBody>
            <ForeignText text={t.stoppedBy(hold.reason || t.noReason)} /> <Link to="/queue/holds">{t.views.holds}</Link>
          </MessageBarBody>
        </MessageBar>
      ))}
      <div className={styles.actions}>
        <QueueStateBadge state={data.state} />
        {(
          [
            ['retry', RETRY],
            ['hold', HOLD],
            ['delete', DELETE],
          ] as const
        ).map(([name, right]) => (
          <GuardedButton key={name} scope={resource} right={right} onClick={() => setAct(name)}>
            {t[name]}
          </GuardedButton>
        ))}
      </div>
      {act && <ActDialog act={act} selected={{ type: 'named', ids: [id] }} onClose={() => setAct(undefined)} />}
    </section>
  )
}
