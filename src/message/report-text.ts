// The part of a report that a person reads: what happened, to whom, and what can be done about it, in words that need no knowledge of
// mail. Replies of servers are quoted, never explained beyond their enhanced code. RFC 3464 §1.2, RFC 3463.

import { isAscii } from '../smtp/grammar.ts'
import type { Report, ReportedRecipient, ReportKind } from './compose-dsn.ts'
import { formatDateTime } from './date-time.ts'
import { showAddress, toPrintable, wrapWords } from './report-fields.ts'

/** More would not be read; the part for machines names everybody. */
const RECIPIENTS_SHOWN = 50
const SUBJECT_LIMIT = 200

const SUBJECTS: Record<ReportKind, string> = {
  failed: 'Your message could not be delivered',
  delayed: 'Your message is delayed',
  delivered: 'Your message was delivered',
}

const OPENINGS: Record<ReportKind, string> = {
  failed: 'Your message could not be delivered to the recipients named below. It will not be tried again for them.',
  delayed:
    'Your message could not be delivered yet to the recipients named below. You need not do anything: it is tried again and again, and you will be told should it fail for good. Please do not send it a second time.',
  delivered: 'You asked to be told when your message is delivered.',
}

/** The first that fits. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /\.1\.[0-46]$|\.1\.10$|\.2\.1$|\.4\.[46]$/,
    'Check the address for mistakes. If it is right, the mailbox or its domain takes no mail: reach the recipient in another way.',
  ],
  [/\.2\.2$/, 'The mailbox is full. Try again later, or reach the recipient in another way.'],
  [/\.2\.3$|\.3\.4$/, 'The message is too large for the receiving server. Send it with smaller attachments.'],
  [/\.4\.7$/, 'The time for this message is over. Send it again, or ask why the receiving server cannot be reached.'],
  [/\.6\.\d+$/, 'The receiving server cannot take a message of this form. Send it in a simpler one.'],
  [
    /\.7\.\d+$/,
    'The message was refused by a rule. Ask the recipient or their administrator to allow it, and quote the reason above.',
  ],
]
const OTHER_ADVICE = 'Try again later, or ask your administrator.'

export const subjectOf = (kind: ReportKind): string => SUBJECTS[kind]

/** CRLF at the end of every line. */
export function composeText(report: Report): string {
  const shown = report.recipients.slice(0, RECIPIENTS_SHOWN)
  const more = report.recipients.length - shown.length
  const lines = [
    `This is the mail system of ${report.reportingMta}.`,
    '',
    ...wrapWords(OPENINGS[report.kind], '', ''),
    '',
    ...shown.flatMap((recipient) => [...describeRecipient(recipient), '']),
    ...(more > 0 ? [`And ${more} more, named in the next part of this report.`, ''] : []),
    ...describeMessage(report),
    '',
    'Should you need help, give the queue id to your administrator.',
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

function describeRecipient(recipient: ReportedRecipient): readonly string[] {
  return [
    `<${showAddress(recipient.forwardPath)}>`,
    ...whatHappened(recipient).flatMap((text) => wrapWords(text, '    ', '    ')),
  ]
}

function whatHappened(recipient: ReportedRecipient): readonly string[] {
  switch (recipient.action) {
    case 'delivered':
      return ['It has been delivered.']
    case 'relayed':
      return ['It was handed on to a server that sends no such reports. You may hear nothing more of it.']
    case 'delayed':
      return [
        reasonOf(recipient),
        ...(recipient.willRetryUntil === undefined
          ? []
          : [`It is tried until ${formatDateTime(recipient.willRetryUntil)}.`]),
      ]
    case 'failed':
      return [reasonOf(recipient), `What you can do: ${adviceFor(recipient.enhancedStatusCode)}`]
  }
}

/** A server's last word, where it is the reason and not only what happened to come last. */
function reasonOf({ action, remote, diagnostic, enhancedStatusCode }: ReportedRecipient): string {
  if (remote?.reply?.startsWith(action === 'failed' ? '5' : '4') === true)
    return `The server ${toPrintable(remote.host)} said: ${toPrintable(remote.reply)}`
  return `Reason: ${toPrintable(diagnostic)} (${toPrintable(enhancedStatusCode)})`
}

const adviceFor = (enhancedStatusCode: string): string =>
  ADVICE.find(([codes]) => codes.test(enhancedStatusCode))?.[1] ?? OTHER_ADVICE

function describeMessage({ original }: Report): readonly string[] {
  const { subject, receivedAt, internetMessageId, queueId } = original
  // One that is encoded, or that a mail program would have decoded, says nothing here.
  const isPlain = subject !== '' && isAscii(subject) && !subject.includes('=?')
  return [
    'The message:',
    ...(isPlain ? wrapWords(`Subject: ${toPrintable(subject, SUBJECT_LIMIT)}`, '    ', '      ') : []),
    `    Received: ${formatDateTime(receivedAt)}`,
    `    Message-ID: <${toPrintable(internetMessageId)}>`,
    `    Queue id: ${queueId}`,
  ]
}
