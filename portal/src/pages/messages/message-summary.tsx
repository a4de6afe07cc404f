// What a message is, and how each of its recipients stands.

import { Text } from '@fluentui/react-components'
import { Link } from 'react-router'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { CopyButton } from '../../parts/copy-field.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { Subject } from '../../parts/subject.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import type { MessageDetail, Recipient } from './message.ts'
import { MessageState, RecipientState } from './states.tsx'
import { messagesTexts } from './texts.ts'

export function Summary({ message }: { readonly message: MessageDetail }) {
  const t = useTexts(messagesTexts)
  const { time, size } = useFormats()
  const { resource, client } = message
  return (
    <Essentials
      items={[
        { label: t.status, value: <MessageState status={message.status} /> },
        { label: t.received, value: time(message.receivedAt) },
        { label: t.subject, value: <Subject subject={message.subject} none={t.noSubject} /> },
        { label: t.from, value: <ForeignText text={message.reversePath || t.reports} /> },
        { label: t.fromField, value: <ForeignText text={message.fromField} /> },
        { label: t.client, value: <ForeignText text={`${client.name} ${client.address && `[${client.address}]`}`} /> },
        { label: t.application, value: <ApplicationLink applicationId={message.applicationId} withId /> },
        { label: t.service, value: <Link to={addressOf(resource)}>{nameOf(resource)}</Link> },
        { label: t.size, value: size(message.size) },
        { label: t.queueId, value: <Copied label={t.queueId} value={message.id} /> },
        { label: t.messageId, value: <Copied label={t.messageId} value={message.internetMessageId} /> },
      ]}
    />
  )
}

function Copied({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      <ForeignText text={value} /> {value !== '' && <CopyButton label={label} value={value} />}
    </>
  )
}

export function Recipients({ recipients }: { readonly recipients: readonly Recipient[] }) {
  const t = useTexts(messagesTexts)
  const { number, time, fromNow } = useFormats()
  return (
    <DataTable
      label={t.recipients}
      items={recipients}
      keyOf={({ forwardPath }) => forwardPath}
      columns={[
        {
          key: 'recipient',
          header: t.recipient,
          width: 220,
          cell: ({ forwardPath }) => <ForeignText text={forwardPath} />,
        },
        { key: 'status', header: t.status, width: 170, cell: ({ status }) => <RecipientState status={status} /> },
        { key: 'attempts', header: t.attempts, width: 90, cell: ({ attempts }) => number(attempts) },
        {
          key: 'next',
          header: t.nextAttempt,
          width: 130,
          cell: ({ nextAttemptAt }) =>
            nextAttemptAt && <span title={time(nextAttemptAt)}>{fromNow(nextAttemptAt)}</span>,
        },
        {
          key: 'reply',
          header: t.lastReply,
          width: 260,
          cell: ({ lastReply = '' }) => <Text wrap>{<ForeignText text={lastReply} />}</Text>,
        },
      ]}
    />
  )
}
