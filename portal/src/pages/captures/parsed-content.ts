// A message taken apart, as far as anybody can: what a sender wrote need not be a message at all.

import type { Email } from 'postal-mime'

export type ParsedContent = Email

/** More than a large attachment has. Each takes its time, whatever is in it, and the page stands still as long. */
const MOST_LINES = 500_000
const LF = 0x0a

/** Undefined where it cannot be taken apart. */
export async function parsed(
  octets: Uint8Array,
  parse: (octets: Uint8Array) => Promise<Email>,
): Promise<ParsedContent | undefined> {
  if (hasTooManyLines(octets)) return undefined
  try {
    return await parse(octets)
  } catch {
    return undefined
  }
}

function hasTooManyLines(octets: Uint8Array): boolean {
  let at = -1
  for (let lines = 0; lines <= MOST_LINES; lines += 1) {
    at = octets.indexOf(LF, at + 1)
    if (at === -1) return false
  }
  return true
}

export type ParsedAttachment = ParsedContent['attachments'][number]

export function octetsOf({ content }: ParsedAttachment): Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  return content instanceof ArrayBuffer ? new Uint8Array(content) : new Uint8Array(content)
}
