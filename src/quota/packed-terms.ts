// What a message counts against, as one text. It goes along with every message: copying a text to the store thread costs a tenth of
// copying the objects, and whoever counts knows a text again and has what follows from it at hand. Texts are made and read here alone.

import type { QuotaTerm } from './quota.ts'

declare const packed: unique symbol
export type PackedTerms = string & { readonly [packed]: true }

const texts = new WeakMap<readonly QuotaTerm[], PackedTerms>()

/** A list is packed once, so it must not change; what asks for a verdict keeps its lists. */
export function packTerms(terms: readonly QuotaTerm[]): PackedTerms {
  const known = texts.get(terms)
  if (known !== undefined) return known
  const text = JSON.stringify(terms) as PackedTerms
  texts.set(terms, text)
  return text
}

/** Senders of which it is remembered; more cost some microseconds for each message. */
const REMEMBERED = 1024

const lists = new Map<PackedTerms, readonly QuotaTerm[]>()

/** The same list each time, as long as it is remembered. */
export function unpackTerms(text: PackedTerms): readonly QuotaTerm[] {
  const known = lists.get(text)
  if (known !== undefined) return known
  if (lists.size >= REMEMBERED) lists.clear()
  const terms = JSON.parse(text) as readonly QuotaTerm[]
  lists.set(text, terms)
  return terms
}
