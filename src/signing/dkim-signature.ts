// The DKIM-Signature field of one message under one key: which fields it covers, how they are put into canonical form, and how the
// field is written. Fields that decide what a reader is shown are covered once more than they are there, so that none can be put
// before them; no body length is told, so nothing can be put behind. RFC 6376 §3.4.2, §3.5, §5.4, §8.15; RFC 8301 §3.1; RFC 8463 §3.

import { createHash, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { DkimAlgorithm } from '../keys/dkim-keys.ts'

export type DkimSigningKey = {
  readonly algorithm: DkimAlgorithm
  /** A-labels. */
  readonly domain: string
  readonly selector: string
  readonly privateKey: KeyObject
}

/** A header field in Latin-1, one character an octet; `text` is all of it with its folding, without its last CRLF. */
export type FieldText = { readonly name: string; readonly text: string }

/** What is signed of a header, the same for every key: the names of `h=`, and those fields in canonical form. */
export type SignedFields = { readonly names: readonly string[]; readonly canonical: string }

/** Covered also where they are missing. */
const ALWAYS = [
  'From',
  'Subject',
  'Date',
  'To',
  'Cc',
  'Reply-To',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
]

/** Covered where they are there: whoever forwards a message adds the ones of lists and of resending. */
const WHERE_PRESENT = [
  'Sender',
  'In-Reply-To',
  'References',
  'Resent-Date',
  'Resent-From',
  'Resent-Sender',
  'Resent-To',
  'Resent-Cc',
  'Resent-Message-ID',
  'List-Id',
  'List-Help',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
]

const ALGORITHMS = { rsa: 'rsa-sha256', ed25519: 'ed25519-sha256' } as const

/** RFC 5322 §2.1.1. */
const LINE_LENGTH = 78

/** `fields` in the order of the header. */
export function selectSignedFields(fields: readonly FieldText[]): SignedFields {
  const byName = Map.groupBy(fields, ({ name }) => name)
  const present = WHERE_PRESENT.filter((name) => byName.has(name.toLowerCase()))
  const names: string[] = []
  const canonical: string[] = []
  for (const name of [...ALWAYS, ...present]) {
    // Of several, verifiers take the lowest first. RFC 6376 §5.4.2.
    for (const { text } of byName.get(name.toLowerCase())?.toReversed() ?? []) {
      names.push(name)
      canonical.push(`${relaxedField(text)}\r\n`)
    }
    names.push(name)
  }
  return { names, canonical: canonical.join('') }
}

/** RFC 6376 §3.4.2, without the line end. */
export function relaxedField(text: string): string {
  const colon = text.indexOf(':')
  const value = text.slice(colon + 1).replaceAll('\r\n', '')
  return `${text.slice(0, colon).trimEnd().toLowerCase()}:${value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')}`
}

/** The whole field with its CRLF; ASCII. Times in milliseconds since the epoch. */
export async function composeSignature(
  { names, canonical }: SignedFields,
  bodyHash: string,
  key: DkimSigningKey,
  { signedAt, expiresAt }: { readonly signedAt: number; readonly expiresAt: number },
): Promise<string> {
  const tags = [
    'v=1',
    `a=${ALGORITHMS[key.algorithm]}`,
    'c=relaxed/relaxed',
    `d=${key.domain}`,
    `s=${key.selector}`,
    `t=${seconds(signedAt)}`,
    `x=${seconds(expiresAt)}`,
    `bh=${bodyHash}`,
  ]
  const named = fold(['DKIM-Signature:', ...tags.map((tag) => `${tag};`)], ' ')
  const covered = fold([` h=${names[0]}`, ...names.slice(1).map((name) => `:${name}`)], '')
  const unsigned = `${named}\r\n${covered};\r\n b=`
  const signature = await signText(`${canonical}${relaxedField(unsigned)}`, key)
  return `${unsigned}${signature.match(/.{1,72}/g)?.join('\r\n ')}\r\n`
}

const signAsync = promisify(sign)

/** In another thread: an RSA signature takes about a millisecond. RFC 8463 §3: Ed25519 signs the hash. */
async function signText(text: string, { algorithm, privateKey }: DkimSigningKey): Promise<string> {
  const octets = Buffer.from(text, 'latin1')
  const signature =
    algorithm === 'rsa'
      ? await signAsync('sha256', octets, privateKey)
      : await signAsync(null, createHash('sha256').update(octets).digest(), privateKey)
  return signature.toString('base64')
}

/** On lines of the usual length, each but the first begun with a blank; `between` stands between pieces on one line. */
function fold([first, ...others]: readonly [string, ...string[]], between: string): string {
  let length = first.length
  const rest = others.map((piece) => {
    length += between.length + piece.length
    if (length <= LINE_LENGTH) return `${between}${piece}`
    length = 1 + piece.length
    return `\r\n ${piece}`
  })
  return `${first}${rest.join('')}`
}

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000)
