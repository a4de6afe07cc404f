// A message taken apart, as far as anybody can: what a sender wrote need not be a message at all.

import type { Email } from 'postal-mime'

export type ParsedContent = Email

/** Undefined where it cannot be taken apart. */
export async function parsed(parse: () => Promise<Email>): Promise<ParsedContent | undefined> {
  try {
    return await parse()
  } catch {
    return undefined
  }
}

export type ParsedAttachment = ParsedContent['attachments'][number]

export function octetsOf({ content }: ParsedAttachment): Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  return content instanceof ArrayBuffer ? new Uint8Array(content) : new Uint8Array(content)
}
