// One message, or what a reference leads to: what it is, how each recipient stands, and all that happened to it in the order of time.

import {
  Link as FluentLink,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Spinner,
  Subtitle1,
  Text,
  tokens,
} from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { Page } from '../../parts/page.tsx'
import { titleOf } from '../../parts/subject.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfRefusal } from '../failed-logins/decision.ts'
import { useWords } from '../failed-logins/words.ts'
import { QueuePanel } from '../queue/queue-panel.tsx'
import { ContentLink } from './content-link.tsx'
import { type Life, type MessageDetail, MESSAGES } from './message.ts'
import { Recipients, Summary } from './message-summary.tsx'
import { messagesTexts } from './texts.ts'
import { Timeline } from './timeline.tsx'
import { timelineTexts } from './timeline-texts.ts'

const useStyles = makeStyles({ section: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 } })

export function MessagePage() {
  const t = useTexts(messagesTexts)
  const common = useTexts(commonTexts)
  const { id = '' } = useParams()
  const api = useApi()
  const path = `${MESSAGES}/${encodeURIComponent(id)}/timeline`
  const life = useQuery({ queryKey: [path], queryFn: ({ signal }) => api.call<Life>('GET', path, { signal }) })
  const subject = life.data?.message?.subject ?? ''
  return (
    <Page title={titleOf(subject) || t.message}>
      <Link to="/messages">{t.back}</Link>
      {life.isPending && <Spinner label={common.loading} />}
      {life.isError && <Failure error={life.error} onRetry={() => void life.refetch()} />}
      {life.data && <LifeOfMessage life={life.data} />}
    </Page>
  )
}

function LifeOfMessage({ life: { message, decision, timeline } }: { readonly life: Life }) {
  const t = useTexts(timelineTexts)
  return (
    <>
      {decision && <Refusal decision={decision} isAccepted={message !== undefined} />}
      {message && (
        <Accepted message={message} wasCaptured={timeline.some(({ transport }) => transport === 'capture')} />
      )}
      <Section title={t.title}>
        <Timeline entries={timeline} />
      </Section>
    </>
  )
}

function Accepted({ message, wasCaptured }: { readonly message: MessageDetail; readonly wasCaptured: boolean }) {
  const t = useTexts(messagesTexts)
  const waits = message.recipients.some(({ status }) => status === 'queued' || status === 'deferred')
  return (
    <>
      <Section title={t.summary}>
        <Summary message={message} />
      </Section>
      {wasCaptured && (
        <Section title={t.content}>
          <ContentLink id={message.id} resource={message.resource} />
        </Section>
      )}
      <Section title={t.recipients}>
        <Recipients recipients={message.recipients} />
      </Section>
      {waits && <QueuePanel id={message.id} resource={message.resource} />}
    </>
  )
}

function Refusal({
  decision,
  isAccepted,
}: {
  readonly decision: NonNullable<Life['decision']>
  readonly isAccepted: boolean
}) {
  const t = useTexts(messagesTexts)
  const words = useWords()
  const { reference, trace } = decision
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>
          <ForeignText text={t.refusal(words.reason(trace.reason))} />
        </MessageBarTitle>
        {!isAccepted && <Text>{t.noMessage}</Text>}
      </MessageBarBody>
      <MessageBarActions>
        <Link to={addressOfRefusal(reference)}>
          <FluentLink as="span">{t.whyRefused}</FluentLink>
        </Link>
      </MessageBarActions>
    </MessageBar>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles()
  return (
    <section className={styles.section}>
      <Subtitle1 as="h2">{title}</Subtitle1>
      {children}
    </section>
  )
}
