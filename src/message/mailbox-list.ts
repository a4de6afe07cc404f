// Which mailboxes an address field names. Who may use them is decided elsewhere, so the one thing this must never do is to name a
// domain that another reader of the same octets would not: whatever readers disagree about is refused, also where the grammar allows it.
// Deviates: besides all obsolete forms but the dots of a display name (`John Q. Public`), we refuse groups, domain literals, white
// space and comments around the `@`, and encoded words in an address (RFC 2047 §5 forbids them; some readers decode them).
// RFC 5322 §3.4, RFC 6532 §3.2, RFC 6854.

import type { Mailbox } from '../smtp/events.ts'
import { AddressLexer, type Token, type Word } from './address-lexer.ts'

export type MailboxList =
  | { readonly type: 'mailboxes'; readonly mailboxes: readonly Mailbox[] }
  /** `detail` is for the client and holds none of its octets. */
  | { readonly type: 'malformed'; readonly detail: string }

/** Each of them is looked up by policy; a field could hold thousands. */
const MAILBOX_COUNT_LIMIT = 100

/** RFC 5321 §4.5.3.1.1-2. */
const LOCAL_PART_LENGTH_LIMIT = 64
const DOMAIN_LENGTH_LIMIT = 255

/** Letters, digits, hyphens, and what U-labels are made of; which labels are good is for who compares domains. */
const DOMAIN = /^[a-z0-9\u{80}-\u{10ffff}-]+(?:\.[a-z0-9\u{80}-\u{10ffff}-]+)*$/iu

/** Invisible, spacing and unassigned characters beyond ASCII: readers trim, skip or keep them. */
const INVISIBLE = /[\p{C}\p{Z}]/u

/** The same, encoded words, and angle brackets in quotes, between which some readers look for an address. */
const NOT_IN_LOCAL_PART = /\p{C}|(?! )\p{Z}|=\?|[<>]/u

type Step = { readonly mailbox: Mailbox; readonly after: Token } | string

/** `value` is the field's value; folding may still be in it. */
export function parseMailboxList(value: string): MailboxList {
  const lexer = new AddressLexer(value.replaceAll('\r\n', ''))
  const mailboxes: Mailbox[] = []
  for (;;) {
    const step = readMailbox(lexer)
    if (typeof step === 'string') return { type: 'malformed', detail: step }
    mailboxes.push(step.mailbox)
    if (step.after.kind === 'end') return { type: 'mailboxes', mailboxes }
    if (!isSpecial(step.after, ',')) return { type: 'malformed', detail: describe(step.after) }
    if (mailboxes.length === MAILBOX_COUNT_LIMIT)
      return { type: 'malformed', detail: `more than ${MAILBOX_COUNT_LIMIT} addresses` }
  }
}

/** name-addr or addr-spec: what tells them apart is the first token that is no word. */
function readMailbox(lexer: AddressLexer): Step {
  let words = 0
  let last: Word | undefined
  let token = lexer.next()
  for (; token.kind === 'atom' || token.kind === 'quoted'; token = lexer.next()) {
    words++
    last = token
  }
  if (isSpecial(token, '<')) return readAngleAddress(lexer)
  if (isSpecial(token, '@') && words === 1 && last !== undefined) return readBareAddress(lexer, last, token)
  return describe(token)
}

// Deviates: `a@b <a@b>` lacks the quotes that RFC 5322 §3.4 asks for around such a display name. Devices write it, and no reader can
// find another address in it, as long as the two are the same.
function readBareAddress(lexer: AddressLexer, local: Word, at: Token): Step {
  const bare = readAddress(lexer, local, at)
  if (typeof bare === 'string' || !isSpecial(bare.after, '<')) return bare
  const inBrackets = readAngleAddress(lexer)
  if (typeof inBrackets === 'string') return inBrackets
  return isSameSpelling(bare.mailbox, inBrackets.mailbox) ? inBrackets : describe(bare.after)
}

const isSameSpelling = (one: Mailbox, other: Mailbox): boolean =>
  one.localPart === other.localPart && one.domain.toLowerCase() === other.domain.toLowerCase()

function readAngleAddress(lexer: AddressLexer): Step {
  const localPart = lexer.next()
  if (localPart.kind !== 'atom' && localPart.kind !== 'quoted') return describe(localPart)
  if (localPart.gap === 'comment') return 'a comment between angle brackets'
  const address = readAddress(lexer, localPart, lexer.next())
  if (typeof address === 'string') return address
  if (!isSpecial(address.after, '>')) return describe(address.after)
  if (address.after.gap === 'comment') return 'a comment between angle brackets'
  return { mailbox: address.mailbox, after: lexer.next() }
}

/** The rest of an addr-spec from its `@` on. */
function readAddress(lexer: AddressLexer, local: Word, at: Token): Step {
  if (!isSpecial(at, '@')) return describe(at)
  const domain = lexer.next()
  if (domain.kind !== 'atom') return domain.kind === 'fault' ? domain.detail : 'an address without a domain name'
  if (at.gap !== 'none' || domain.gap !== 'none') return 'white space or a comment beside the "@"'
  if (!isLocalPart(local)) return 'a malformed local part'
  if (!isDomain(domain.text)) return 'a malformed domain'
  return { mailbox: { localPart: local.text, domain: domain.text }, after: lexer.next() }
}

function isLocalPart({ kind, text }: Word): boolean {
  if (text === '' || text.length > LOCAL_PART_LENGTH_LIMIT || NOT_IN_LOCAL_PART.test(text)) return false
  return kind === 'quoted' || !(text.startsWith('.') || text.endsWith('.') || text.includes('..'))
}

function isDomain(text: string): boolean {
  return text.length <= DOMAIN_LENGTH_LIMIT && DOMAIN.test(text) && !INVISIBLE.test(text)
}

function isSpecial(token: Token, text: string): token is Token & { readonly kind: 'special' } {
  return token.kind === 'special' && token.text === text
}

/** Why a token cannot stand where it does. */
function describe(token: Token): string {
  if (token.kind === 'fault') return token.detail
  if (token.kind !== 'special') return 'an address without "@"'
  if (token.text === ':' || token.text === ';') return 'a group'
  return 'one of ()<>[]\\,@" out of place; a display name that holds one must be quoted'
}
