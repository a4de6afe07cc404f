// Which refusals mean that an address is not there, and will not be soon: those that suppress it. What we found out ourselves counts as
// far as it is about the domain and not about our own ways. Azure: data-plane reference §1.4.

import type { RecipientOutcome } from '../spool/spool.ts'

const CODES: Readonly<Record<string, readonly string[]>> = {
  '521': ['5.2.1'],
  '525': ['5.7.13'],
  '550': [
    '5.2.1',
    '5.1.1',
    '5.1.2',
    '5.1.3',
    '5.1.4',
    '5.1.6',
    '5.1.9',
    '5.1.10',
    '5.3.2',
    '5.4.1',
    '5.4.4',
    '5.4.6',
    '5.4.310',
  ],
  '553': ['5.1.3'],
}

/** The domain does not exist, or takes no mail at all (RFC 7505). */
const FOUND_OURSELVES = ['5.1.2', '5.1.10']

export function isHardBounce({ status, enhancedStatusCode, remote }: RecipientOutcome): boolean {
  if (status !== 'failed') return false
  const [, code] = /^(\d{3})(?:[ -]|$)/.exec(remote?.reply ?? '') ?? []
  if (code === undefined) return FOUND_OURSELVES.includes(enhancedStatusCode)
  return CODES[code]?.includes(enhancedStatusCode) ?? false
}
