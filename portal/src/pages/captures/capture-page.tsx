// One captured message: its envelope, and its content taken apart in the browser. Nothing of it is trusted: it is shown as text, or in a
// frame that can do nothing.

import { makeStyles, MessageBar, MessageBarBody, Spinner, Tab, TabList, tokens } from '@fluentui/react-components'
import { ArrowDownloadRegular } from '@fluentui/react-icons'
import { useQuery } from '@tanstack/react-query'
import PostalMime from 'postal-mime'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Essentials } from '../../parts/essentials.tsx'
import { download } from '../../parts/download.ts'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { titleOf } from '../../parts/subject.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfMessage } from '../messages/message.ts'
import { type Capture, CAPTURES, READ_CONTENT } from './capture.ts'
import { Attachments, Headers, PlainText, Source } from './content-tabs.tsx'
import { type ParsedContent, parsed } from './parsed-content.ts'
import { Preview } from './preview.tsx'
import { capturesTexts } from './texts.ts'

export function CapturePage() {
  const t = useTexts(capturesTexts)
  const common = useTexts(commonTexts)
  const { id = '' } = useParams()
  const api = useApi()
  const path = `${CAPTURES}/${encodeURIComponent(id)}`
  const capture = useQuery({ queryKey: [path], queryFn: ({ signal }) => api.call<Capture>('GET', path, { signal }) })
  const content = useQuery({
    queryKey: [`${path}/raw`],
    staleTime: Infinity,
    gcTime: 60_000,
    queryFn: async ({ signal }) => {
      const octets = await api.fetchOctets(`${path}/raw`, signal)
      return { octets, email: await parsed(octets, (raw) => PostalMime.parse(raw)) }
    },
  })
  const title = titleOf(capture.data?.subject ?? content.data?.email?.subject ?? '')
  return (
    <Page
      title={title || t.message}
      actions={
        <GuardedButton
          scope={capture.data?.resource ?? '/'}
          right={READ_CONTENT}
          icon={<ArrowDownloadRegular />}
          disabled={!content.data}
          onClick={() => content.data && download(content.data.octets, `${id}.eml`)}
        >
          {t.downloadSource}
        </GuardedButton>
      }
    >
      <Link to="/captures">{t.back}</Link>
      {capture.isError && <Failure error={capture.error} onRetry={() => void capture.refetch()} />}
      {capture.data && <Envelope capture={capture.data} />}
      {content.isPending && <Spinner label={common.loading} />}
      {content.isError && <Failure error={content.error} onRetry={() => void content.refetch()} />}
      {content.data && <Content {...content.data} subject={title} />}
    </Page>
  )
}

function Envelope({ capture: { id, envelope, receivedAt, resource } }: { readonly capture: Capture }) {
  const t = useTexts(capturesTexts)
  const { time } = useFormats()
  return (
    <>
      <Essentials
        items={[
          { label: t.envelopeFrom, value: <ForeignText text={envelope.reversePath || t.reports} /> },
          { label: t.envelopeTo, value: <ForeignText text={envelope.recipients.join(', ')} /> },
          { label: t.received, value: time(receivedAt) },
          { label: t.service, value: <Link to={addressOf(resource)}>{nameOf(resource)}</Link> },
        ]}
      />
      <Link to={addressOfMessage(id)}>{t.timeline}</Link>
    </>
  )
}

const TABS = ['preview', 'text', 'headers', 'source', 'attachments'] as const
type TabName = (typeof TABS)[number]

const useStyles = makeStyles({
  tabs: { flexWrap: 'wrap' },
  content: { minWidth: 0 },
})

type Content = {
  readonly octets: Uint8Array<ArrayBuffer>
  readonly email: ParsedContent | undefined
  readonly subject: string
}

function Content(content: Content) {
  const { email } = content
  const t = useTexts(capturesTexts)
  const styles = useStyles()
  const first = email === undefined ? 'source' : email.html === undefined ? 'text' : 'preview'
  const [open, setOpen] = useState<TabName>(first)
  const tabs = email === undefined ? (['source'] as const) : TABS
  const title = (name: TabName) =>
    name === 'attachments' ? t.attachmentsCount(email?.attachments.length ?? 0) : t.tabs[name]
  return (
    <>
      {email === undefined && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t.unread}</MessageBarBody>
        </MessageBar>
      )}
      <TabList
        className={styles.tabs}
        selectedValue={open}
        onTabSelect={(_event, { value }) => setOpen(value as TabName)}
      >
        {tabs.map((name) => (
          <Tab key={name} value={name} id={`tab-${name}`}>
            {title(name)}
          </Tab>
        ))}
      </TabList>
      <div
        role="tabpanel"
        aria-labelledby={`tab-${open}`}
        className={styles.content}
        style={{ paddingBottom: tokens.spacingVerticalL }}
      >
        <OpenTab name={open} {...content} />
      </div>
    </>
  )
}

function OpenTab({ name, octets, email, subject }: Content & { readonly name: TabName }) {
  const t = useTexts(capturesTexts)
  if (name === 'source' || email === undefined) return <Source octets={octets} />
  const { html, text, headers, attachments } = email
  switch (name) {
    case 'preview':
      return html === undefined ? t.noHtml : <Preview subject={subject} html={html} enclosed={attachments} />
    case 'text':
      return text === undefined ? t.noText : <PlainText text={text} label={t.tabs.text} />
    case 'headers':
      return <Headers headers={headers} />
    case 'attachments':
      return <Attachments attachments={attachments} />
  }
}
