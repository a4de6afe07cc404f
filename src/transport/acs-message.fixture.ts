// Fixture: messages by table, what they become as a request, and what another author's parser finds in them.

import assert from 'node:assert/strict'
import type { EmailMessage } from '@azure/communication-email'
import type { SpooledEnvelope } from '../spool/spool.ts'
import { acsRequests } from './acs-message.ts'

export type AcsCase = {
  readonly name: string
  readonly message: string
  /** RCPT, instead of everybody in To and Cc. */
  readonly recipients?: readonly string[]
  readonly parameters?: SpooledEnvelope['parameters']
  readonly notify?: SpooledEnvelope['recipients'][number]['parameters']['notify']
}

export const crlf = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n')

export const HEADER = `Received: from printer by mail.example.test with ESMTPSA; Mon, 5 May 2031 08:00:00 +0000
From: Printer <DoNotReply@contoso.example>
To: one@example.com
Subject: Scan
Date: Mon, 5 May 2031 08:00:00 +0000
Message-ID: <1@contoso.example>
MIME-Version: 1.0
`

export const envelopeOf = ({
  recipients = ['one@example.com'],
  parameters = {},
  notify,
}: Omit<AcsCase, 'name' | 'message'>) => ({
  parameters,
  recipients: recipients.map((forwardPath) => ({
    forwardPath,
    parameters: notify === undefined ? {} : { notify },
  })),
})

/** The request, or why there is none. */
export async function convert(one: Omit<AcsCase, 'name'>): Promise<EmailMessage | string> {
  const octets = Buffer.from(crlf(one.message))
  const envelope = envelopeOf(one)
  const ruledOut = acsRequests.findUnfit(envelope, octets.length)
  if (ruledOut !== undefined) return ruledOut.detail
  const drafted = await acsRequests.draft(octets, envelope)
  if (drafted.type === 'unfit') return drafted.detail
  const addressed = acsRequests.address(
    drafted.draft,
    envelope.recipients.map(({ forwardPath }) => forwardPath),
  )
  return addressed.type === 'unfit' ? addressed.detail : addressed.request
}

export async function converted(one: Omit<AcsCase, 'name'>): Promise<EmailMessage> {
  const request = await convert(one)
  assert(typeof request === 'object', JSON.stringify(request))
  return request
}

export const TEXT = `Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße
`
export const HTML = `Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<p>Gr=FC=DFe =3D <img src=3D"cid:logo@1"></p>=
<p>x</p>
`
export const PICTURE = `Content-Type: image/png
Content-ID: <logo@1>
Content-Disposition: inline
Content-Transfer-Encoding: base64

iVBORw0KGgo=
`
const PDF = `Content-Type: application/pdf; name="=?utf-8?Q?B=C3=BCro.pdf?="
Content-Disposition: attachment; filename*=utf-8''B%C3%BCro.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQK
`
export const multipart = (kind: string, boundary: string, ...parts: readonly string[]) =>
  `Content-Type: multipart/${kind}; boundary="${boundary}"\n\nThis is MIME.\n${parts
    .map((part) => `--${boundary}\n${part}`)
    .join('\n')}\n--${boundary}--\n`
export const plain = (text: string, more = '') => `${HEADER}${more}Content-Type: text/plain; charset=utf-8\n\n${text}\n`
export const headed = (fields: string) => `${HEADER.replace(/^(?:From|To|Subject): .*\n/gm, '')}${fields}\n\nhi\n`
export const FROM = 'From: donotreply@contoso.example\n'

export type Expected = Partial<EmailMessage>
export const carried: readonly (AcsCase & { readonly expected: Expected })[] = [
  {
    name: 'plain text without a type',
    message: `${HEADER}\nhi\n.\n`,
    expected: {
      senderAddress: 'DoNotReply@contoso.example',
      content: { subject: 'Scan', plainText: 'hi\r\n.\r\n' },
      recipients: { to: [{ address: 'one@example.com' }] },
      headers: { 'Message-ID': '<1@contoso.example>' },
      disableUserEngagementTracking: true,
    },
  },
  {
    name: 'plain text and HTML',
    message: HEADER + multipart('alternative', 'a', TEXT, HTML),
    expected: {
      content: {
        subject: 'Scan',
        plainText: 'Grüße\r\n',
        html: '<p>Grüße = <img src="cid:logo@1"></p><p>x</p>\r\n',
      },
    },
  },
  {
    name: 'HTML with a picture, text beside it, and a file',
    message:
      HEADER +
      multipart('mixed', 'm', multipart('alternative', 'a', TEXT, multipart('related', 'r', HTML, PICTURE)), PDF),
    expected: {
      attachments: [
        { name: 'image-1.png', contentType: 'image/png', contentInBase64: 'iVBORw0KGgo=', contentId: 'logo@1' },
        { name: 'Büro.pdf', contentType: 'application/pdf', contentInBase64: 'JVBERi0xLjQK' },
      ],
    },
  },
  {
    name: 'a file and nothing else',
    message: HEADER + PDF,
    expected: {
      content: { subject: 'Scan', plainText: '' },
      attachments: [{ name: 'Büro.pdf', contentType: 'application/pdf', contentInBase64: 'JVBERi0xLjQK' }],
    },
  },
  {
    name: 'an id that nothing shows is no picture',
    message: HEADER + multipart('mixed', 'm', TEXT, PICTURE.replace('inline', 'attachment; filename=a.png')),
    expected: { attachments: [{ name: 'a.png', contentType: 'image/png', contentInBase64: 'iVBORw0KGgo=' }] },
  },
  {
    name: 'a text file keeps its charset',
    message:
      HEADER +
      multipart(
        'mixed',
        'm',
        TEXT,
        'Content-Type: text/csv; charset=utf-16le\nContent-Disposition: attachment; filename=a.csv\n\nx\n',
      ),
    expected: {
      attachments: [{ name: 'a.csv', contentType: 'text/csv; charset=utf-16le', contentInBase64: 'eA0K' }],
    },
  },
  {
    name: 'names of addressees, and who is not named',
    message: headed(`${FROM}To: "Ada, L." <One@Example.com>, two@example.com
Cc: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= <three@example.com>
Reply-To: Desk <desk@contoso.example>
Subject: =?utf-8?B?R3LDvMOfZQ==?= x`),
    recipients: ['one@example.com', 'two@example.com', 'three@example.com', 'hidden@example.com'],
    expected: {
      content: { subject: 'Grüße x', plainText: 'hi\r\n' },
      recipients: {
        to: [{ address: 'one@example.com', displayName: 'Ada, L.' }, { address: 'two@example.com' }],
        cc: [{ address: 'three@example.com', displayName: 'Grüße' }],
        bcc: [{ address: 'hidden@example.com' }],
      },
      replyTo: [{ address: 'desk@contoso.example', displayName: 'Desk' }],
    },
  },
  {
    name: 'nobody named, and no subject',
    message: headed(`${FROM}To: undisclosed-recipients:;`),
    expected: {
      content: { subject: '', plainText: 'hi\r\n' },
      recipients: { to: [], bcc: [{ address: 'one@example.com' }] },
    },
  },
  {
    name: 'fields of the author, and none of the way',
    message: plain(
      'hi',
      `X-Priority: 1\nList-Unsubscribe: <https://contoso.example/u>,\n <mailto:u@contoso.example>\nReferences: <a@b>\nDKIM-Signature: v=1; a=x\nBcc: x@y.example\nReturn-Path: <x@y.example>\n`,
    ),
    expected: {
      headers: {
        'Message-ID': '<1@contoso.example>',
        'X-Priority': '1',
        'List-Unsubscribe': '<https://contoso.example/u>, <mailto:u@contoso.example>',
        References: '<a@b>',
      },
    },
  },
  { name: 'the usual reports', message: plain('hi'), notify: ['FAILURE', 'DELAY'], expected: {} },
]
