// The links that tell of engagement: where an opened message or a followed link leads before it leads on. Each carries what it is about
// and a code over that, so nothing has to be stored to know our own: who has no key makes no link, and a link leads where the sender of
// the message let it lead, nowhere else. It does not know messages, nor who asks. RFC 2104.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { QueueId } from '../spool/spool.ts'

/** `view`: the message was opened. `click`: a link in it, to `target`. */
export type Engagement =
  | { readonly kind: 'view'; readonly queueId: QueueId }
  | { readonly kind: 'click'; readonly queueId: QueueId; readonly target: string }

/** An engagement as it stands in an address: the code is in hexadecimal digits, which survive whatever changes the case of a path. */
export type ClaimedEngagement = Engagement & { readonly code: string }

export interface EngagementLinks {
  linkOf(engagement: Engagement): string
  isOurs(claimed: ClaimedEngagement): boolean
}

export const ENGAGEMENT_PATH = '/engagement'
/** Longer addresses are beyond what browsers and gateways on the way are sure to take. */
const TARGET_LIMIT = 2048
/** Half of the digest. RFC 2104 §5. */
const CODE_SIZE = 16

/** `publicUrl`: where this service is reached from outside. */
export function createEngagementLinks(key: Uint8Array, publicUrl: string): EngagementLinks {
  const base = `${publicUrl.replace(/\/+$/, '')}${ENGAGEMENT_PATH}`
  return {
    linkOf(engagement) {
      const { kind, queueId } = engagement
      const path = `${base}/${kind}/${queueId}/${codeOf(key, engagement).toString('hex')}`
      return kind === 'view' ? path : `${path}?to=${encodeURIComponent(engagement.target)}`
    },
    isOurs(claimed) {
      const code = Buffer.from(claimed.code, 'hex')
      return code.length === CODE_SIZE && timingSafeEqual(code, codeOf(key, claimed))
    },
  }
}

/** Where a followed link may lead, in the form that a browser would ask for; undefined for everywhere else. */
export function readTarget(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  // What names a user may hold a password, and is meant for somebody else's log no more than for ours.
  if (url.username !== '' || url.password !== '' || url.href.length > TARGET_LIMIT) return undefined
  return url.href
}

/** Neither a kind nor a queue id holds a line end, so no two engagements are one text. */
function codeOf(key: Uint8Array, engagement: Engagement): Buffer {
  const { kind, queueId } = engagement
  const text = `${kind}\n${queueId}\n${kind === 'click' ? engagement.target : ''}`
  return createHmac('sha256', key).update(text).digest().subarray(0, CODE_SIZE)
}
