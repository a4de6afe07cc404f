// No text in any member of a request becomes a line of a header: what was accepted is read again by two parsers of other authors, and has
// the fields that it was to have and no others. What holds the end of a line is refused.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import type { EmailBody } from '../../src/http/email/email-schemas.ts'
import { email, newId, openEmailFixture, SEND } from '../../src/http/email/email.fixture.ts'
import { claimAt } from '../../src/storage/mail-store.fixture.ts'
import { readInPython, withoutPython } from '../interop/python-mail.ts'
import { mailBody } from './email-arbitraries.ts'

const fixture = await openEmailFixture()
after(() => fixture.close())
const { storage, state } = fixture
const send = (body: unknown, headers: Record<string, string> = {}) =>
  fixture.signed('POST', SEND, fixture.contoso.keys.primary, { body, headers })

type Accepted = { readonly body: EmailBody; readonly octets: Buffer }

/** Those of the requests that are accepted, as they would go out. */
async function accepted(bodies: readonly EmailBody[]): Promise<readonly Accepted[]> {
  const begun = new Map<string, EmailBody>()
  for (const body of bodies) {
    const id = newId()
    const { status, body: told } = await send(body, { 'operation-id': id })
    assert.ok(status === 202 || status === 400, `${status} ${JSON.stringify(told)}`)
    if (status === 202) begun.set(id, body)
  }
  const found: Accepted[] = []
  for (const { envelope, content } of await claimAt(storage, state.now, 10_000)) {
    const body = begun.get(envelope.operationId ?? '')
    if (body !== undefined) found.push({ body, octets: await read(storage.content.open(content)) })
  }
  assert.equal(found.length, begun.size)
  return found
}

async function read(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

const WRITTEN = ['received', 'message-id', 'date', 'from', 'to', 'mime-version', 'content-type']
const PART = new Set(['content-type', 'content-transfer-encoding', 'content-disposition', 'content-id'])

/** Names in lower case, each as often as it is to be there. */
function namesFor({ recipients, replyTo, headers, attachments, content }: EmailBody): readonly string[] {
  const isOne = attachments?.length === 0 && Boolean(content.html) !== Boolean(content.plainText)
  return [
    ...WRITTEN,
    ...(content.subject.trim() === '' ? [] : ['subject']),
    ...(recipients.cc?.length ? ['cc'] : []),
    ...(replyTo?.length ? ['reply-to'] : []),
    ...(isOne ? ['content-transfer-encoding'] : []),
    ...Object.entries(headers ?? {})
      .filter(([name, value]) => name.toLowerCase() !== 'message-id' && value.trim() !== '')
      .map(([name]) => name.toLowerCase()),
  ].toSorted()
}

const samples = await accepted(fc.sample(mailBody, 600))
const show = ({ body, octets }: Accepted) => `${JSON.stringify(body)}\n${octets.toString('latin1')}`

test('many of the requests are accepted', () => assert.ok(samples.length > 100, `${samples.length}`))

test('postal-mime finds the fields that were to be there, and no others', async () => {
  for (const sample of samples) {
    const { headers } = await PostalMime.parse(sample.octets)
    const names = headers.map(({ key }) => key).toSorted()
    assert.deepEqual(names, namesFor(sample.body), show(sample))
  }
})

test("Python's email package finds the same, in every part", { skip: withoutPython }, async () => {
  const mails = await readInPython(samples.map(({ octets }) => octets))
  for (const [index, sample] of samples.entries()) {
    const [whole, ...parts] = mails[index]?.parts ?? []
    const names = whole?.fields.map((name) => name.toLowerCase()).toSorted()
    const shown = show(sample)
    assert.deepEqual(names, namesFor(sample.body), shown)
    const fields = parts.flatMap((part) => part.fields.map((name) => name.toLowerCase()))
    assert.deepEqual(
      fields.filter((name) => !PART.has(name)),
      [],
      shown,
    )
    for (const part of parts) assert.equal(new Set(part.fields).size, part.fields.length, shown)
  }
})

const file = { name: 'a.txt', contentType: 'text/plain', contentInBase64: 'aGk=', contentId: 'logo' }
const to = [{ address: 'to@example.com' }]
/** Each with the text in one member. */
const members: Readonly<Record<string, (text: string) => unknown>> = {
  senderAddress: (text) => email({ senderAddress: `DoNotReply@contoso.example${text}` }),
  'content.subject': (text) => email({ content: { subject: `hi${text}`, plainText: 'hello' } }),
  'recipients.to.0': (text) => email({ recipients: { to: [{ address: `to@example.com${text}` }] } }),
  'recipients.to.0, its name': (text) =>
    email({ recipients: { to: [{ address: 'to@example.com', displayName: `To${text}` }] } }),
  'recipients.cc.0': (text) => email({ recipients: { to, cc: [{ address: `cc@example.com${text}` }] } }),
  'recipients.cc.0, its name': (text) =>
    email({ recipients: { to, cc: [{ address: 'cc@example.com', displayName: `Cc${text}` }] } }),
  'recipients.bcc.0': (text) => email({ recipients: { to, bcc: [{ address: `bcc@example.com${text}` }] } }),
  'recipients.bcc.0, its name': (text) =>
    email({ recipients: { to, bcc: [{ address: 'bcc@example.com', displayName: `Bcc${text}` }] } }),
  'replyTo.0': (text) => email({ replyTo: [{ address: `answers@example.com${text}` }] }),
  'replyTo.0, its name': (text) =>
    email({ replyTo: [{ address: 'answers@example.com', displayName: `Answers${text}` }] }),
  headers: (text) => email({ headers: { [`X-A${text}`]: 'b' } }),
  'headers, a value': (text) => email({ headers: { 'X-A': `b${text}` } }),
  'headers, an order to the service': (text) =>
    email({ headers: { 'x-ms-acsemail-validate-message-id': `true${text}` } }),
  'headers, the Message-ID': (text) => email({ headers: { 'Message-ID': `<a@contoso.example>${text}` } }),
  'attachments.0, its name': (text) => email({ attachments: [{ ...file, name: `a.txt${text}` }] }),
  'attachments.0, its type': (text) => email({ attachments: [{ ...file, contentType: `text/plain${text}` }] }),
  'attachments.0, its content': (text) => email({ attachments: [{ ...file, contentInBase64: `aGk=${text}` }] }),
  'attachments.0, its contentId': (text) => email({ attachments: [{ ...file, contentId: `logo${text}` }] }),
}
const ENDS = [
  '=?utf-8?q?=0D=0ABcc:_victim=40example.com?=',
  '\r\nBcc: victim@example.com',
  '\nX-Injected: 1',
  '\rX-Injected: 1',
  '\r\n',
  '\n',
  '\r',
  '\r\n X',
  '\0',
]

for (const [member, bodyWith] of Object.entries(members))
  test(`the end of a line is refused in ${member}`, async () => {
    assert.equal((await send(bodyWith(''))).status, 202)
    for (const text of ENDS) {
      const { status, body } = await send(bodyWith(text))
      assert.equal(status, 400, JSON.stringify([text, body]))
      assert.match(body.error?.code ?? '', /^BadRequest$|^Invalid[A-Z]/)
      const [target = ''] = member.split(',')
      if (text !== '\0') assert.equal(body.error?.target, target, JSON.stringify(body))
    }
  })
