// Why something was refused, by its reference: in words, what to do about it, how far it came step by step, and how its right to send was
// evaluated. What the API found in its own words stays in them.

import {
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Spinner,
  Subtitle1,
  tokens,
} from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { type Essential, Essentials } from '../../parts/essentials.tsx'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText, visibleText } from '../../parts/foreign-text.tsx'
import { Page } from '../../parts/page.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfMessage } from '../messages/message.ts'
import { AccessEvaluation } from './access-evaluation.tsx'
import { type Decision, DECISIONS, type Trace } from './decision.ts'
import { Steps } from './steps.tsx'
import { Advice } from './advice.tsx'
import { accessTexts, failedLoginsTexts } from './texts.ts'
import { useWords } from './words.ts'

const useStyles = makeStyles({ section: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 } })

export function RefusalPage() {
  const t = useTexts(failedLoginsTexts)
  const common = useTexts(commonTexts)
  const { reference = '' } = useParams()
  const api = useApi()
  const path = `${DECISIONS}/${encodeURIComponent(reference)}`
  const decision = useQuery({ queryKey: [path], queryFn: ({ signal }) => api.call<Decision>('GET', path, { signal }) })
  return (
    <Page title={t.page(visibleText(reference))}>
      <Link to="/failed-logins">{t.back}</Link>
      {decision.isPending && <Spinner label={common.loading} />}
      {decision.isError && <Failure error={decision.error} onRetry={() => void decision.refetch()} />}
      {decision.data && <Refusal decision={decision.data} />}
    </Page>
  )
}

function Refusal({ decision: { at, trace } }: { readonly decision: Decision }) {
  const t = useTexts(failedLoginsTexts)
  const { title } = useTexts(accessTexts)
  return (
    <>
      <Explanation trace={trace} />
      <Section title={t.whatToDo}>
        <Advice trace={trace} />
      </Section>
      <Section title={t.attempt}>
        <Essentials items={useAttempt(at, trace)} />
      </Section>
      <Section title={t.steps}>
        <Steps steps={trace.steps ?? []} />
      </Section>
      {trace.access && (
        <Section title={title}>
          <AccessEvaluation access={trace.access} />
        </Section>
      )}
    </>
  )
}

function Explanation({ trace: { stage = 'AUTH', outcome, reason = '', steps = [] } }: { readonly trace: Trace }) {
  const t = useTexts(failedLoginsTexts)
  const words = useWords()
  const failed = steps.find(({ passed }) => !passed)
  return (
    <MessageBar intent={outcome === 'unavailable' ? 'warning' : 'error'} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{outcome === 'unavailable' ? t.undecided : t.refused[stage]}</MessageBarTitle>
        <ForeignText text={words.reason(reason)} />
        {'. '}
        {failed && (
          <>
            {t.failedStep(words.step(failed.step))} <ForeignText text={failed.detail} />
          </>
        )}
      </MessageBarBody>
    </MessageBar>
  )
}

function useAttempt(at: string, trace: Trace): readonly Essential[] {
  const t = useTexts(failedLoginsTexts)
  const { exact } = useFormats()
  const { client, listener, mechanism, username, resourceId, applicationId, principalId, tenantId, sender } = trace
  const { reply, queueId, reason } = trace
  const text = (label: string, value: string | undefined) =>
    value === undefined || value === '' ? [] : [{ label, value: <ForeignText text={value} /> }]
  return [
    ...text(t.time, exact(at)),
    ...text(t.client, client && `${client.address} ${client.name && `(${client.name})`}`),
    ...text(t.username, username),
    ...(applicationId === undefined
      ? []
      : [{ label: t.application, value: <ApplicationLink applicationId={applicationId} withId /> }]),
    ...(resourceId === undefined
      ? []
      : [{ label: t.resource, value: <Link to={addressOf(resourceId)}>{nameOf(resourceId)}</Link> }]),
    ...text(t.principal, principalId),
    ...text(t.tenant, tenantId),
    ...text(t.sender, sender),
    ...text(t.listener, listener),
    ...text(t.mechanism, mechanism),
    ...text(t.reply, reply),
    ...text(t.reason, reason),
    ...(queueId === undefined
      ? []
      : [{ label: t.message, value: <Link to={addressOfMessage(queueId)}>{t.openMessage}</Link> }]),
  ]
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
