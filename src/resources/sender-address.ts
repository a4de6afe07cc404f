// An address that mail may be sent as, as people write it into a setting. Plain ones only: whoever needs quotes, comments or a display
// name writes those into the message. RFC 5321 §4.1.2 (Dot-string), §4.5.3.1.1.

import { canonicalDomain } from './domain-name.ts'

export type SenderAddress = { readonly localPart: string; readonly domain: string }

const ADDRESS = /^([a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*)@([^@]+)$/i
const LOCAL_PART_LENGTH_LIMIT = 64

/** The domain in canonical form; undefined for anything else. */
export function parseSenderAddress(text: string): SenderAddress | undefined {
  const [, localPart = '', written = ''] = ADDRESS.exec(text) ?? []
  const domain = canonicalDomain(written)
  if (localPart === '' || localPart.length > LOCAL_PART_LENGTH_LIMIT || domain === undefined) return undefined
  return { localPart, domain }
}
