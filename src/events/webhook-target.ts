// What is secret about where events are sent: the whole address, the headers that are sent along, and the keys that are signed with, which
// are one sealed record; and the signatures themselves. Standard Webhooks 1.0: a symmetric signature over id, time and body, so that
// neither can be changed, and an old request not be played again; several, parted by blanks, while a receiver changes from one key to
// the next.

import { createHmac } from 'node:crypto'
import type { Sealer } from '../keys/sealing.ts'
import type { EventSubscription } from '../storage/webhooks.ts'

export type WebhookTarget = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** `whsec_` and the key in base64. */
  readonly secret: string
  /** Signed with as well, each until its moment. The youngest first. */
  readonly oldSecrets?: readonly { readonly secret: string; readonly until: number }[]
}

const PURPOSE = 'webhook'

type Identity = Pick<EventSubscription, 'subscriptionId'>

export function sealTarget(sealer: Sealer, { subscriptionId }: Identity, target: WebhookTarget): Uint8Array {
  return sealer.seal(subscriptionId, PURPOSE, Buffer.from(JSON.stringify(target)))
}

/** Undefined when it was sealed under another key, or for another subscription. */
export function openTarget(
  sealer: Sealer,
  { subscriptionId, sealed }: Identity & Pick<EventSubscription, 'sealed'>,
): WebhookTarget | undefined {
  const octets = sealer.open(subscriptionId, PURPOSE, sealed)
  return octets && (JSON.parse(Buffer.from(octets).toString()) as WebhookTarget)
}

const PREFIX = 'whsec_'
const SECRET_SIZE = { generated: 32, least: 24, most: 64 } as const

export const newWebhookSecret = (random: (count: number) => Uint8Array): string =>
  PREFIX + Buffer.from(random(SECRET_SIZE.generated)).toString('base64')

/** Of 24 to 64 octets in base64 behind the prefix. */
export function isWebhookSecret(secret: string): boolean {
  const key = keyOf(secret)
  const isExact = PREFIX + key.toString('base64') === secret
  return isExact && key.length >= SECRET_SIZE.least && key.length <= SECRET_SIZE.most
}

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(PREFIX, ''), 'base64')

/** With which a request is signed now, the newest first. */
export const secretsAt = ({ secret, oldSecrets = [] }: WebhookTarget, at: number): readonly string[] => [
  secret,
  ...oldSecrets.filter(({ until }) => until > at).map((old) => old.secret),
]

/** Undefined without any. */
export const endOfOldSecrets = ({ oldSecrets = [] }: WebhookTarget): number | undefined =>
  oldSecrets.length === 0 ? undefined : Math.max(...oldSecrets.map(({ until }) => until))

/** Together; each is a signature in every request. */
const MOST_SECRETS = 5

/**
 * The one until now is signed with for `overlap` milliseconds more, those before it as long as they were to be; without an overlap all of
 * them end now. Undefined when there would be too many.
 */
export function rotateWebhookSecret(
  { oldSecrets = [], ...target }: WebhookTarget,
  { secret, at, overlap }: { readonly secret: string; readonly at: number; readonly overlap: number },
): WebhookTarget | undefined {
  if (overlap === 0) return { ...target, secret }
  const left = oldSecrets.filter(({ until }) => until > at)
  if (left.length + 2 > MOST_SECRETS) return undefined
  return { ...target, secret, oldSecrets: [{ secret: target.secret, until: at + overlap }, ...left] }
}

/** `at` is in milliseconds. */
export function signatureHeaders(
  secrets: readonly string[],
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: Uint8Array },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000))
  const signed = (secret: string): string =>
    createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')
  const signatures = secrets.map((secret) => `v1,${signed(secret)}`)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
