// A message as the JSON of Azure Communication Services, or why it cannot be one. Carried is what a recipient gets back the same: texts,
// attachments, inline images, addressees, subject, and fields of the author's own. Whatever would come out changed or could reach
// somebody else is not carried, and the message goes another way: `FIELDS` and `readContent` are the table.
// Azure: data-plane reference §1.6-1.8, §2.2. The display name of the author and the date are the upstream's to write.

import type { EmailAddress, EmailMessage } from '@azure/communication-email'
import { addressParser, decodeWords } from 'postal-mime'
import { type MimeEntity, type MimeField, readMimeEntity } from '../message/mime-entity.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import { type AcsContent, readAcsContent } from './acs-content.ts'
import type { RequestForm, Unfit } from './upstream.ts'

/** Azure: recipients of one request. */
export const ACS_RECIPIENTS = 50
/** Azure: octets of one request. */
export const ACS_REQUEST_SIZE = 10_000_000

/** What all requests for one message have in common. */
export type AcsDraft = {
  readonly senderAddress: string
  readonly subject: string
  readonly content: AcsContent
  readonly headers: Readonly<Record<string, string>>
  readonly replyTo: readonly EmailAddress[]
  readonly addressees: { readonly to: readonly EmailAddress[]; readonly cc: readonly EmailAddress[] }
}

export const acsRequests: RequestForm<AcsDraft, EmailMessage> = {
  recipients: ACS_RECIPIENTS,
  size: ACS_REQUEST_SIZE,
  findUnfit: findUnfitEnvelope,
  draft: draftAcsMessage,
  address: addressDraft,
}

type Envelope = Pick<SpooledEnvelope, 'parameters' | 'recipients'>

const unfit = (detail: string, enhancedStatusCode = '5.6.5'): Unfit => ({ type: 'unfit', enhancedStatusCode, detail })

/** What the envelope alone rules out, before anything is read. */
function findUnfitEnvelope({ parameters, recipients }: Envelope, size: number): Unfit | undefined {
  if (size > ACS_REQUEST_SIZE) return unfit(`the message is larger than ${ACS_REQUEST_SIZE} octets`, '5.3.4')
  if (parameters.ret !== undefined || parameters.envid !== undefined || recipients.some(asksForReports))
    return unfit('delivery reports were asked for as only SMTP has them')
  if (recipients.some(({ forwardPath }) => /[^ -~]/.test(forwardPath))) return unfit('a recipient is not ASCII')
  return undefined
}

/** What nothing being said means, RFC 3461 §4.1, is what we do. */
const asksForReports = ({ parameters: { notify = ['FAILURE'] } }: Envelope['recipients'][number]): boolean =>
  notify.some((event) => event === 'SUCCESS' || event === 'NEVER') || !notify.includes('FAILURE')

/** The draft of a message. `envelope` is whole; `octets` are the message, without signatures of ours. */
async function draftAcsMessage(
  octets: Uint8Array,
  envelope: Envelope,
): Promise<{ readonly type: 'drafted'; readonly draft: AcsDraft } | Unfit> {
  const entity = readMimeEntity(octets)
  if (typeof entity === 'string') return unfit(entity)
  const content = await readAcsContent(entity)
  if (typeof content === 'string') return unfit(content)
  const header = readHeader(entity, envelope)
  return typeof header === 'string' ? unfit(header) : { type: 'drafted', draft: { ...header, content } }
}

/** The request for some recipients of the envelope; addressees that are not among them are left out of it. */
function addressDraft(
  draft: AcsDraft,
  forwardPaths: readonly string[],
): { readonly type: 'request'; readonly request: EmailMessage } | Unfit {
  const left = new Map(forwardPaths.map((path) => [path.toLowerCase(), path]))
  const take = (addressees: readonly EmailAddress[]): EmailAddress[] =>
    addressees.flatMap(({ address, displayName = '' }) => {
      const path = left.get(address.toLowerCase())
      left.delete(address.toLowerCase())
      return path === undefined ? [] : [named(path, displayName)]
    })
  const [to, cc] = [take(draft.addressees.to), take(draft.addressees.cc)]
  const bcc = [...left.values()].map((address) => ({ address }))
  const message: EmailMessage = {
    senderAddress: draft.senderAddress,
    content: { subject: draft.subject, ...draft.content.texts },
    recipients: { to, ...(cc.length === 0 ? {} : { cc }), ...(bcc.length === 0 ? {} : { bcc }) },
    ...(draft.replyTo.length === 0 ? {} : { replyTo: [...draft.replyTo] }),
    ...(Object.keys(draft.headers).length === 0 ? {} : { headers: { ...draft.headers } }),
    ...(draft.content.attachments.length === 0 ? {} : { attachments: [...draft.content.attachments] }),
    disableUserEngagementTracking: true,
  }
  const size = Buffer.byteLength(JSON.stringify(message))
  if (size > ACS_REQUEST_SIZE) return unfit(`as JSON the message is larger than ${ACS_REQUEST_SIZE} octets`, '5.3.4')
  return { type: 'request', request: message }
}

/**
 * `left out`: the upstream writes its own, or it is void once the message is written anew. `own`: has a place of its own in the request.
 * `refused`: there is no place for it and leaving it out would change what is said. Everything else is a custom header, once.
 */
const FIELDS: readonly (readonly [pattern: RegExp, 'left out' | 'own' | 'refused'])[] = [
  [/^(?:from|sender|to|cc|reply-to|subject)$/, 'own'],
  [/^(?:bcc|date|received|return-path|mime-version|content-.*)$/, 'left out'],
  [/^(?:dkim-signature|domainkey-signature|arc-.*|authentication-results|received-spf)$/, 'left out'],
  [/^resent-/, 'refused'],
  // Azure: orders to the upstream, which are the operator's to give.
  [/^x-ms-acsemail-/, 'refused'],
]

/** Readers disagree about the second one. RFC 5322 §3.6. */
const ONCE = ['from', 'sender', 'to', 'cc', 'reply-to', 'subject']

type Header = Omit<AcsDraft, 'content'>

function readHeader({ fields }: MimeEntity, { recipients }: Envelope): Header | string {
  const twice = ONCE.find((name) => fields.filter((field) => field.name === name).length > 1)
  if (twice !== undefined) return `the field ${twice} comes twice`
  const headers = readCustomHeaders(fields)
  if (typeof headers === 'string') return headers
  const valueOf = (name: string) => fields.find((field) => field.name === name)?.value ?? ''
  const [from, sender, replyTo, to, cc] = ['from', 'sender', 'reply-to', 'to', 'cc'].map((name) =>
    readAddresses(valueOf(name)),
  )
  if (from === undefined || sender === undefined || replyTo === undefined || to === undefined || cc === undefined)
    return 'an address field holds a group, or an address that is not ASCII'
  const [author, ...others] = from
  if (author === undefined || others.length > 0) return 'there is not exactly one author'
  if (sender.some(({ address }) => address.toLowerCase() !== author.address.toLowerCase()))
    return 'the sender is not the author'
  const known = new Set(recipients.map(({ forwardPath }) => forwardPath.toLowerCase()))
  if ([...to, ...cc].some(({ address }) => !known.has(address.toLowerCase())))
    return 'the header names an addressee who is no recipient'
  const subject = decodeWords(valueOf('subject'))
  if (/\p{Cc}/u.test(subject)) return 'the subject holds a control character'
  return { senderAddress: author.address, subject, headers, replyTo, addressees: { to, cc } }
}

function readCustomHeaders(fields: readonly MimeField[]): Readonly<Record<string, string>> | string {
  const headers = new Map<string, MimeField>()
  for (const field of fields) {
    const [, treatment] = FIELDS.find(([pattern]) => pattern.test(field.name)) ?? []
    if (treatment === 'refused') return `the field ${field.name} has no place in the request`
    if (treatment !== undefined) continue
    if (headers.has(field.name)) return `the field ${field.name} comes more than once`
    headers.set(field.name, field)
  }
  return Object.fromEntries([...headers.values()].map(({ written, value }) => [written, value]))
}

/** Undefined for what cannot be carried. A group of nobody is how a header says that it names nobody. */
function readAddresses(value: string): readonly EmailAddress[] | undefined {
  const parsed = addressParser(value)
  if (parsed.some(({ group }) => group !== undefined && group.length > 0)) return undefined
  const mailboxes = parsed.filter(({ group }) => group === undefined)
  const isGood = mailboxes.every(({ name, address = '' }) => /^[!-~]+@[!-~]+$/.test(address) && !/\p{Cc}/u.test(name))
  return isGood ? mailboxes.map(({ name, address = '' }) => named(address, name)) : undefined
}

const named = (address: string, displayName: string): EmailAddress =>
  displayName === '' ? { address } : { address, displayName }
