// What became of the test mail: where it is, or why it was refused and what helps.

import { Body1, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { CopyField } from '../../parts/copy-field.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { startTexts } from './texts.ts'

export type TestOutcome = {
  readonly outcome: 'queued' | 'refused'
  readonly stage: 'login' | 'message'
  readonly reply: string
  readonly queueId: string | null
  readonly reference: string | null
}

const useStyles = makeStyles({
  result: { display: 'grid', gap: tokens.spacingVerticalM },
  links: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalL },
})

export function TestResult({ outcome }: { readonly outcome: TestOutcome }) {
  const { queueId, reply, reference } = outcome
  return queueId === null ? <Refused reply={reply} reference={reference} /> : <Queued queueId={queueId} />
}

const LOOK_AGAIN = 2000

function Queued({ queueId }: { readonly queueId: string }) {
  const t = useTexts(startTexts).test
  const styles = useStyles()
  const api = useApi()
  const message = useQuery({
    queryKey: ['test message', queueId],
    queryFn: ({ signal }) =>
      api.call<{ status: 'queued' | 'delivered' | 'failed' | 'partial' }>(
        'GET',
        `/providers/Postern.Mail/messages/${queueId}`,
        { signal },
      ),
    refetchInterval: ({ state }) => ((state.data?.status ?? 'queued') === 'queued' ? LOOK_AGAIN : false),
  })
  const status = message.data?.status ?? 'queued'
  const said = { queued: t.waiting, delivered: t.delivered, failed: t.undelivered, partial: t.undelivered }[status]
  const isGood = status === 'queued' || status === 'delivered'
  return (
    <div className={styles.result}>
      <MessageBar intent={isGood ? 'success' : 'warning'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{status === 'queued' ? t.queued : said}</MessageBarTitle>
          {status === 'queued' && !message.isError ? said : t.ready}
        </MessageBarBody>
      </MessageBar>
      <div className={styles.links}>
        <Link to={`/messages/${queueId}`}>{t.timeline}</Link>
        <Link to="/captures">{t.inbox}</Link>
      </div>
    </div>
  )
}

type Suggestions = { readonly suggestions: readonly { readonly text: string; readonly command?: string }[] }

function Refused({ reply, reference }: { readonly reply: string; readonly reference: string | null }) {
  const t = useTexts(startTexts).test
  const styles = useStyles()
  const api = useApi()
  const decision = useQuery({
    queryKey: ['test decision', reference],
    enabled: reference !== null,
    queryFn: ({ signal }) =>
      api.call<{ trace: Suggestions }>('GET', `/providers/Postern.Mail/decisions/${reference}`, { signal }),
  })
  const suggestions = decision.data?.trace.suggestions ?? []
  return (
    <div className={styles.result}>
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t.refused}</MessageBarTitle> <ForeignText text={reply} />
        </MessageBarBody>
      </MessageBar>
      {suggestions.length > 0 && <Body1>{t.fix}:</Body1>}
      {suggestions.map(({ text, command }) => (
        <div key={text} lang="en">
          <ForeignText text={text} />
          {command !== undefined && <CopyField label={t.command} value={command} />}
        </div>
      ))}
      {reference !== null && (
        <div className={styles.links}>
          <Link to={`/failed-logins/${reference}`}>{t.why}</Link>
        </div>
      )}
    </div>
  )
}
