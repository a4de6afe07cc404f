// The headers that a request may give its message: those of the sender's own, and orders to the service, which do not leave it. A name is
// what RFC 5322 §2.2 calls one, a value is one line of text, and what the composer, the transfer or the signer writes is theirs.
// Azure: data-plane reference §1.7.

import { isHeaderText } from '../../message/header-text.ts'
import { parseMessageId } from '../../message/message-id.ts'

/** Orders are what they are when their value is `true`, in any case. */
export type CustomHeaders = {
  readonly type: 'headers'
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Without angle brackets; undefined when there is none that could be one. */
  readonly messageId: string | undefined
  readonly ignoresDuplicateContentId: boolean
  readonly dropsInvalidAttachments: boolean
  readonly validatesMessageId: boolean
}

/** `name` is the header's, for the client: printable, bounded. */
export type BadHeader = { readonly type: 'bad header'; readonly name: string; readonly detail: string }

const FIELD_NAME = /^[!-9;-~]{1,76}$/
const ORDER = 'x-ms-acsemail-'
const MESSAGE_ID = 'message-id'
const MOST = 200

/** Azure: which it refuses is not documented. These are written by us, or say what the request says elsewhere. */
const RESERVED =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|received|received-spf|return-path|mime-version|content-.*|resent-.*|dkim-signature|domainkey-signature|arc-.*|authentication-results|x-postern-.*)$/

export function readCustomHeaders(given: Readonly<Record<string, string>>): CustomHeaders | BadHeader {
  const entries = Object.entries(given)
  if (entries.length > MOST) return bad('', `there are more than ${MOST}`)
  const known = new Set<string>()
  for (const [name, value] of entries) {
    const detail = findFault(name, value, known)
    if (detail !== undefined) return bad(name, detail)
    known.add(name.toLowerCase())
  }
  const isOrdered = (order: string) =>
    entries.some(([name, value]) => name.toLowerCase() === `${ORDER}${order}` && /^\s*true\s*$/i.test(value))
  const messageId = entries.find(([name]) => name.toLowerCase() === MESSAGE_ID)?.[1]
  return {
    type: 'headers',
    headers: entries.filter(([name]) => isOwn(name.toLowerCase())),
    messageId: messageId === undefined ? undefined : readMessageId(messageId),
    ignoresDuplicateContentId: isOrdered('ignore-duplicate-content-id'),
    dropsInvalidAttachments: isOrdered('suppress-invalid-attachment'),
    validatesMessageId: messageId !== undefined && isOrdered('validate-message-id'),
  }
}

/** ASCII alone: that is what the message is composed in. */
const readMessageId = (value: string): string | undefined =>
  /^[ -~]{1,900}$/.test(value) ? parseMessageId(value) : undefined

const isOwn = (name: string): boolean => name !== MESSAGE_ID && !name.startsWith(ORDER)

function findFault(name: string, value: string, known: ReadonlySet<string>): string | undefined {
  if (!FIELD_NAME.test(name)) return 'is no name of a header'
  if (known.has(name.toLowerCase())) return 'is there twice'
  if (RESERVED.test(name.toLowerCase())) return 'is written by the service'
  return isHeaderText(value)
    ? undefined
    : 'is no line of Unicode text: it holds a line end or another control character'
}

const bad = (name: string, detail: string): BadHeader => ({
  type: 'bad header',
  name: name.replaceAll(/[^ -~]/g, '?').slice(0, 80),
  detail,
})
