// From the body of a request to a message that can be composed: addresses are looked at, files decoded, and nothing that could end a
// line gets into a header. Whether its sender may send, and how many it may go to, is said elsewhere.
// Azure: data-plane reference §2.2, §1.7, §1.8.
//
// Deviates: its clients' typings ask for `to`; one addressee of any kind is enough, and so is one of the two texts.

import type { EmailAddress, EmailFile, EmailParts } from '../../message/compose-email.ts'
import { isHeaderText } from '../../message/header-text.ts'
import { canonicalAddress } from '../../resources/mail-address.ts'
import { parseSenderAddress, type SenderAddress } from '../../resources/sender-address.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { type CustomHeaders, readCustomHeaders } from './custom-headers.ts'
import type { EmailBody } from './email-schemas.ts'

export type Email = {
  readonly type: 'email'
  readonly sender: SenderAddress
  /** Everyone it goes to, each once. */
  readonly recipients: readonly SenderAddress[]
  readonly parts: Omit<EmailParts, 'messageId' | 'date' | 'boundary'>
  readonly custom: CustomHeaders
  readonly engagementTrackingDisabled: boolean
}

export function readEmail(body: EmailBody): Email | Refusal {
  const custom = readCustomHeaders(body.headers ?? {})
  if (custom.type === 'bad header') return badAt('headers', `the header '${custom.name}' ${custom.detail}`)
  const sender = parseSenderAddress(body.senderAddress)
  if (sender === undefined) return badAt('senderAddress', INVALID_ADDRESS)
  const addressees = readAddressees(body)
  if (addressees.type === 'refused') return addressees
  const files = readFiles(body.attachments ?? [], custom)
  if ('type' in files) return files
  const { subject, plainText, html } = body.content
  const fault = findBadText({ subject, plainText, html })
  if (fault !== undefined) return fault
  const { to, cc, replyTo, recipients } = addressees
  return {
    type: 'email',
    sender,
    recipients,
    custom,
    engagementTrackingDisabled: body.userEngagementTrackingDisabled ?? false,
    parts: {
      from: `${sender.localPart}@${sender.domain}`,
      to,
      cc,
      replyTo,
      subject,
      plainText: plainText ?? undefined,
      html: html ?? undefined,
      headers: custom.headers,
      files,
    },
  }
}

const INVALID_ADDRESS = 'Invalid format for email address'

const badAt = (target: string, detail: string): Refusal => ({
  ...badRequest('BadRequest', `The request is invalid at '${target}': ${detail}.`),
  target,
})

/** Nobody means a tab in any of these. */
const isLine = (text: string): boolean => isHeaderText(text) && !text.includes('\t')

function findBadText(texts: {
  readonly subject: string
  readonly plainText: string | null | undefined
  readonly html: string | null | undefined
}): Refusal | undefined {
  const { subject, plainText, html } = texts
  if (!isLine(subject)) return badAt('content.subject', 'it holds a line end or another control character')
  if (plainText == null && html == null) return badAt('content', 'there is neither plainText nor html')
  for (const [member, text] of Object.entries({ plainText, html }))
    if (text?.includes('\0') || text?.isWellFormed() === false)
      return badAt(`content.${member}`, 'it holds what is no text')
  return undefined
}

type Written = NonNullable<EmailBody['recipients']['to']>[number]
type Addressees = {
  readonly type: 'addressees'
  readonly to: readonly EmailAddress[]
  readonly cc: readonly EmailAddress[]
  readonly replyTo: readonly EmailAddress[]
  readonly recipients: readonly SenderAddress[]
}

function readAddressees({ recipients, replyTo }: EmailBody): Addressees | Refusal {
  const lists: EmailAddress[][] = []
  const mailboxes = new Map<string, SenderAddress>()
  const written = { to: recipients.to, cc: recipients.cc, bcc: recipients.bcc, replyTo }
  for (const [member, list] of Object.entries(written)) {
    const read: EmailAddress[] = []
    for (const [index, one] of (list ?? []).entries()) {
      const path = `${member === 'replyTo' ? member : `recipients.${member}`}.${index}`
      const mailbox = readAddress(one)
      if (mailbox === undefined) return badAt(path, INVALID_ADDRESS)
      const address = `${mailbox.localPart}@${mailbox.domain}`
      read.push({ address, displayName: one.displayName ?? '' })
      if (member !== 'replyTo') mailboxes.set(canonicalAddress(address), mailbox)
    }
    lists.push(read)
  }
  if (mailboxes.size === 0) return badAt('recipients', 'there is none')
  const [to = [], cc = [], , answers = []] = lists
  return { type: 'addressees', to, cc, replyTo: answers, recipients: [...mailboxes.values()] }
}

/** The first spelling of an address counts for nothing: a mailbox gets one copy. */
const readAddress = ({ address, displayName }: Written): SenderAddress | undefined =>
  isLine(displayName ?? '') ? parseSenderAddress(address) : undefined

type Attachment = NonNullable<EmailBody['attachments']>[number]

const MEDIA_TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(?:; *[a-z0-9-]{1,60}=[a-z0-9_.+-]{1,60}){0,4}$/i
const CONTENT_ID = /^[!-;=?-~]{1,255}$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const LONGEST_NAME = 255
/** As many in a row would be a line of their own. */
const BLANKS = / {70}/

function readFiles(
  attachments: readonly Attachment[],
  { dropsInvalidAttachments, ignoresDuplicateContentId }: CustomHeaders,
): readonly EmailFile[] | Refusal {
  const files: EmailFile[] = []
  const contentIds = new Set<string>()
  for (const [index, attachment] of attachments.entries()) {
    const file = readFile(attachment)
    if (typeof file === 'string') {
      if (dropsInvalidAttachments) continue
      return badAt(`attachments.${index}`, file)
    }
    const { contentId } = file
    if (contentId !== undefined && contentIds.has(contentId) && !ignoresDuplicateContentId)
      return badAt(`attachments.${index}.contentId`, 'another attachment has the same')
    if (contentId !== undefined) contentIds.add(contentId)
    files.push(file)
  }
  return files
}

/** What is wrong with it, in words, when it is no file. */
function readFile({ name, contentType, contentInBase64, contentId }: Attachment): EmailFile | string {
  if (name === '' || name.length > LONGEST_NAME || !isLine(name) || BLANKS.test(name))
    return 'its name is empty, too long or no line of text'
  if (!MEDIA_TYPE.test(contentType) || /^multipart\//i.test(contentType)) return 'its contentType is no type of a file'
  if (contentInBase64.length % 4 !== 0 || !BASE64.test(contentInBase64)) return 'its content is no base64'
  const octets = Buffer.from(contentInBase64, 'base64')
  if (contentId == null || contentId === '') return { name, contentType, octets }
  if (!CONTENT_ID.test(contentId) || !isLine(contentId)) return 'its contentId holds what none may'
  return { name, contentType, octets, contentId }
}
