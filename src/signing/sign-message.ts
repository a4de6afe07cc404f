// Reads a message once, whatever its size, and tells everything that must be known before its first octet leaves: its size, whether
// any octet is above 127, and the signatures that go in front. The octets themselves are not kept: whoever sends them reads them again.
// Which keys are right is decided by who is asked for them. RFC 6376 §5, RFC 8301, RFC 8463.

import { isAscii } from 'node:buffer'
import { SIGNATURE_LIFE } from '../keys/dkim-keys.ts'
import {
  findHeaderEnd,
  HEADER_FIELD_COUNT_LIMIT,
  HEADER_SECTION_LIMIT,
  type HeaderField,
  scanHeaderSection,
} from '../message/header-section.ts'
import { parseMailboxList } from '../message/mailbox-list.ts'
import { canonicalDomain } from '../resources/domain-name.ts'
import {
  composeSignature,
  type DkimSigningKey,
  type FieldText,
  selectSignedFields,
  type SignedFields,
} from './dkim-signature.ts'
import { RelaxedBody } from './relaxed-body.ts'

/** Everything about a message that depends on its octets. */
export type MessageDigest = {
  readonly size: number
  readonly header8bit: boolean
  readonly body8bit: boolean
  readonly bodyHash: string
  readonly signedFields: SignedFields
  /** Of the From field's first address, in canonical form; undefined where there is none. */
  readonly fromDomain: string | undefined
}

/** A message whose header cannot be read is none of ours: those were looked at when they were accepted. */
export type DigestOutcome =
  | { readonly type: 'digest'; readonly digest: MessageDigest }
  | { readonly type: 'malformed'; readonly detail: string }

/** With room for what was added to a header at the limit since it was accepted. */
const LIMITS = { octets: 2 * HEADER_SECTION_LIMIT, fields: 2 * HEADER_FIELD_COUNT_LIMIT }

export async function digestMessage(content: AsyncIterable<Uint8Array>): Promise<DigestOutcome> {
  const body = new RelaxedBody()
  let section: Buffer | undefined
  let held = Buffer.alloc(0)
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (section !== undefined) {
      body.update(chunk)
      continue
    }
    const searched = Math.max(0, held.length - 3)
    held = Buffer.concat([held, chunk])
    const end = findHeaderEnd(held, searched)
    if (end < 0 && held.length > LIMITS.octets) break
    if (end < 0) continue
    section = held.subarray(0, end)
    body.update(held.subarray(end))
  }
  const header = readHeader(section ?? held)
  if (header.type === 'malformed') return header
  return { type: 'digest', digest: { ...header, size, body8bit: body.has8bit(), bodyHash: body.digest() } }
}

type HeaderOutcome =
  | ({ readonly type: 'header' } & Pick<MessageDigest, 'header8bit' | 'signedFields' | 'fromDomain'>)
  | { readonly type: 'malformed'; readonly detail: string }

function readHeader(section: Buffer): HeaderOutcome {
  const scan = scanHeaderSection(section, LIMITS)
  if (scan.type === 'malformed') return scan
  const textOf = ({ name, start, end }: HeaderField): FieldText => ({
    name,
    text: section.toString('latin1', start, end).replace(/\r\n$/, ''),
  })
  const from = scan.fields.find(({ name }) => name === 'from')
  return {
    type: 'header',
    header8bit: !isAscii(section),
    signedFields: selectSignedFields(scan.fields.map(textOf)),
    fromDomain: from && domainOf(section.toString('utf8', from.valueStart, from.end)),
  }
}

function domainOf(value: string): string | undefined {
  const list = parseMailboxList(value)
  return list.type === 'mailboxes' ? canonicalDomain(list.mailboxes[0]?.domain ?? '') : undefined
}

/** The fields to put in front, one for each key in the order of the keys. */
export async function signDigest(
  { signedFields, bodyHash }: MessageDigest,
  keys: readonly DkimSigningKey[],
  at: number,
): Promise<Uint8Array> {
  const times = { signedAt: at, expiresAt: at + SIGNATURE_LIFE }
  const fields = await Promise.all(keys.map((key) => composeSignature(signedFields, bodyHash, key, times)))
  return Buffer.from(fields.join(''), 'latin1')
}
