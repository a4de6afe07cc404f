// `POST …/eventSubscriptions/{name}/rotateSecret`: the next secret that requests to a webhook are signed with. For a while they are signed
// with the one before as well, so that a receiver never meets a request that it cannot check; the old ones end by themselves, or at once
// where that is asked for. Standard Webhooks 1.0, "Signature scheme".

import { z } from 'zod'
import { parentOf } from '../../resources/resource-id.ts'
import {
  endOfOldSecrets,
  isWebhookSecret,
  newWebhookSecret,
  openTarget,
  rotateWebhookSecret,
  sealTarget,
  type WebhookTarget,
} from '../../events/webhook-target.ts'
import type { EventSubscription } from '../../storage/webhooks.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { ROTATE_WEBHOOK_SECRET } from '../arm/arm-target.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'
import { ok } from '../responses.ts'
import { eventSubscriptionSchema, subscriptionForm } from './event-subscription-form.ts'
import { changedMeanwhile, readSubscription } from './event-subscriptions.ts'

/** In seconds. */
const OVERLAP = { usual: 24 * 3600, most: 30 * 24 * 3600 } as const

const body = z.strictObject({
  /** Seconds in which requests are signed with the one before as well; 0 ends all that were there. */
  overlap: z.int().min(0).max(OVERLAP.most).optional(),
  /** Left out one is made. */
  secret: z.string().refine(isWebhookSecret, 'whsec_ and 24 to 64 octets in base64').optional(),
  /** Instead of a next one: those from before end now. */
  endOldSecrets: z.literal(true).optional(),
})

type Dependencies = Pick<HttpDependencies, 'storage' | 'random' | 'sealer'>
type Request = ArmRequest<object, z.output<typeof body>>

export function rotateWebhookSecretRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  return [
    armRoute({
      method: 'POST',
      types: [ROTATE_WEBHOOK_SECRET],
      shape: 'collection',
      query: z.object({}),
      body,
      response: ok(eventSubscriptionSchema),
      handle: (request) => rotate(dependencies, request),
    }),
  ]
}

async function rotate({ storage, random, sealer }: Dependencies, request: Request): Promise<ArmAnswer> {
  const { caller, target, change, body } = request
  const scope = parentOf(target.parent) ?? '/'
  const found = await readSubscription(storage, caller.tenantId, scope, target.names[0] ?? '')
  if (found.type === 'refused') return found
  const { subscription } = found
  const known = openTarget(sealer, subscription)
  if (known === undefined) return unreadable
  const made = body.secret === undefined && body.endOldSecrets === undefined ? newWebhookSecret(random) : undefined
  const next = nextTarget(known, body, body.secret ?? made, change.at)
  if ('type' in next) return next
  const rotated = withTarget(subscription, next, sealTarget(sealer, subscription, next))
  const isStored = await storage.write.webhooks.rotateWebhookSecret(change, rotated, subscription.sealed)
  return isStored ? answer(200, subscriptionForm(rotated, change.at, made)) : changedMeanwhile
}

const unreadable = refused(
  409,
  'Conflict',
  'The secrets of this event subscription were sealed under another key. Write it again with a secret.',
)

function nextTarget(
  known: WebhookTarget,
  { overlap, endOldSecrets }: Request['body'],
  secret: string | undefined,
  at: number,
): WebhookTarget | Refusal {
  if (endOldSecrets === undefined) {
    if (secret === known.secret) return badRequest('InvalidRequestContent', 'This is the secret that is there.')
    const rotation = { secret: secret ?? '', at, overlap: (overlap ?? OVERLAP.usual) * 1000 }
    return rotateWebhookSecret(known, rotation) ?? tooMany
  }
  if (secret !== undefined || overlap !== undefined)
    return badRequest('InvalidRequestContent', "Where 'endOldSecrets' is given, nothing else can be.")
  return rotateWebhookSecret(known, { secret: known.secret, at, overlap: 0 }) ?? tooMany
}

const tooMany = refused(
  409,
  'TooManySecrets',
  'Requests are signed with as many old secrets as there can be. End those first, with endOldSecrets.',
)

function withTarget(
  { oldSecretsEndAt: _before, ...subscription }: EventSubscription,
  target: WebhookTarget,
  sealed: Uint8Array,
): EventSubscription {
  const oldSecretsEndAt = endOfOldSecrets(target)
  return { ...subscription, sealed, ...(oldSecretsEndAt === undefined ? {} : { oldSecretsEndAt }) }
}
