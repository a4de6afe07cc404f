// `…/providers/Postern.Mail/eventSubscriptions/{name}`: who is told of what happens to mail, on a communication service or on the root of
// the tenant. A new endpoint is asked whether it wants events before it is sent any, so that nobody is flooded at the word of somebody
// else; what it is asked is stored before, since it may answer by another way. Azure: data-plane reference §4.3.

import { z } from 'zod'
import { shakeHands, type Handshake } from '../../events/webhook-request.ts'
import {
  endOfOldSecrets,
  newWebhookSecret,
  openTarget,
  sealTarget,
  type WebhookTarget,
} from '../../events/webhook-target.ts'
import type { EventSubscription } from '../../storage/webhooks.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { type ArmTarget, EVENT_SUBSCRIPTIONS } from '../arm/arm-target.ts'
import { checkScopeExists } from '../arm/scope-existence.ts'
import { baseUrlOf } from '../audiences.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, notFound, type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { deleted, listOf, ok, written } from '../responses.ts'
import {
  eventSubscriptionBody,
  eventSubscriptionSchema,
  type GivenSubscription,
  subscriptionForm,
} from './event-subscription-form.ts'
import { VALIDATION_PATH } from './webhook-validation.ts'

const none = z.object({})
/** Of one tenant. */
const MOST = 100
/** How long somebody may take to agree for an endpoint. In milliseconds. */
const VALIDATION_TIME = 10 * 60_000

type Dependencies = Pick<HttpDependencies, 'storage' | 'random' | 'sealer' | 'publicUrl' | 'webhooks'>
type Request = ArmRequest<object, object>
type GivenRequest = ArmRequest<object, z.output<typeof eventSubscriptionBody>>
type PutRequest = ArmRequest<object, { readonly properties: GivenSubscription }>

export function eventSubscriptionRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const types = [EVENT_SUBSCRIPTIONS]
  const item = { types, shape: 'item', query: none } as const
  return [
    armRoute({
      types,
      shape: 'collection',
      method: 'GET',
      query: none,
      body: none,
      response: ok(listOf(eventSubscriptionSchema)),
      handle: (request) => list(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(eventSubscriptionSchema),
      handle: (request) => show(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: eventSubscriptionBody,
      response: written(eventSubscriptionSchema),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => remove(dependencies, request),
    }),
  ]
}

async function list({ storage }: Dependencies, { caller, target, change }: Request): Promise<ArmAnswer> {
  const missing = await checkScopeExists(storage, caller.tenantId, target)
  if (missing !== undefined) return missing
  const found = await storage.read.webhooks.listEventSubscriptions(caller.tenantId, target.parent)
  return answer(200, { value: found.map((one) => subscriptionForm(one, change.at)) })
}

async function show({ storage }: Dependencies, { caller, target, change }: Request): Promise<ArmAnswer> {
  const found = await readSubscription(storage, caller.tenantId, target.parent, target.name)
  return found.type === 'refused' ? found : answer(200, subscriptionForm(found.subscription, change.at))
}

export async function readSubscription(
  { read }: Pick<HttpDependencies['storage'], 'read'>,
  tenantId: string,
  scope: string,
  name: string,
): Promise<{ readonly type: 'found'; readonly subscription: EventSubscription } | Refusal> {
  const subscription = await read.webhooks.readEventSubscription(tenantId, scope, name)
  if (subscription !== undefined) return { type: 'found', subscription }
  return notFound('EventSubscriptionNotFound', `There is no event subscription '${name}' on '${scope}'.`)
}

async function remove({ storage }: Dependencies, { caller, target, change }: Request): Promise<ArmAnswer> {
  const { parent, name } = target
  const isGone = await storage.write.webhooks.deleteEventSubscription(change, caller.tenantId, parent, name)
  return { type: 'no content', status: isGone ? 200 : 204 }
}

async function put(dependencies: Dependencies, given: GivenRequest): Promise<ArmAnswer> {
  const { storage, sealer } = dependencies
  const { caller, target, change, body } = given
  const before = await storage.read.webhooks.readEventSubscription(caller.tenantId, target.parent, target.name)
  const { endpointUrl = before && openTarget(sealer, before)?.url } = body.properties
  if (endpointUrl === undefined) return NO_ENDPOINT
  const request = { ...given, body: { properties: { ...body.properties, endpointUrl } } }
  const refusal = await checkPut(dependencies, request, before)
  if (refusal !== undefined) return refusal
  const plan = planned(dependencies, request, before)
  const { subscription } = plan
  const { type } = await storage.write.webhooks.putEventSubscription(change, subscription, before?.sealed)
  if (type === 'taken') return changedMeanwhile
  const agreed = await ask(dependencies, request, plan)
  if (agreed.type === 'refused') return takeBack(dependencies, request, { before, subscription }, agreed.detail)
  const shown = agreed.type === 'agreed' ? { ...subscription, validation: undefined } : subscription
  return answer(before === undefined ? 201 : 200, subscriptionForm(shown, change.at, plan.madeSecret))
}

const NO_ENDPOINT = badMember('properties.endpointUrl', 'A new event subscription needs an endpoint.')

export const changedMeanwhile = refused(
  409,
  'Conflict',
  'Somebody else has just made or changed this event subscription.',
)

async function checkPut(
  { storage, sealer }: Dependencies,
  { caller, target, body }: PutRequest,
  before: EventSubscription | undefined,
): Promise<Refusal | undefined> {
  if (leadsAstray(before && openTarget(sealer, before), body.properties)) return HEADERS_OF_ANOTHER
  if (!/^[a-z0-9-]{3,64}$/i.test(target.name))
    return badMember('name', 'The name must be of 3 to 64 letters, digits and hyphens.')
  const missing = await checkScopeExists(storage, caller.tenantId, target)
  if (missing !== undefined || before !== undefined) return missing
  const all = await storage.read.webhooks.listEventSubscriptions(caller.tenantId)
  if (all.length < MOST) return undefined
  return refused(409, 'EventSubscriptionLimitExceeded', `A tenant can have ${MOST} event subscriptions, and no more.`)
}

/** Whoever may say where events go does not come by the headers that way, which nobody is shown. */
const leadsAstray = (known: WebhookTarget | undefined, { endpointUrl, headers }: GivenSubscription): boolean =>
  known !== undefined &&
  headers === undefined &&
  Object.keys(known.headers).length > 0 &&
  new URL(known.url).origin !== new URL(endpointUrl).origin

const HEADERS_OF_ANOTHER = badMember(
  'properties.headers',
  'The headers are for another host: say which ones this one is sent, {} for none.',
)

type Planned = {
  readonly subscription: EventSubscription
  readonly target: WebhookTarget
  readonly madeSecret: string | undefined
}

function planned(
  { random, sealer }: Dependencies,
  { caller, target, change, body: { properties } }: PutRequest,
  before: EventSubscription | undefined,
): Planned {
  const known = before && openTarget(sealer, before)
  const madeSecret = properties.secret === undefined && known === undefined ? newWebhookSecret(random) : undefined
  const kept: Omit<WebhookTarget, 'url'> = known ?? { headers: {}, secret: madeSecret ?? '' }
  const { secret = kept.secret, headers = kept.headers } = properties
  // A secret that is given here stands for all of them at once.
  const { oldSecrets } = secret === kept.secret ? kept : {}
  const sealed = { url: properties.endpointUrl, headers, secret, ...(oldSecrets && { oldSecrets }) }
  const identity = before ?? { subscriptionId: newGuid(random), createdAt: change.at, ...placeOf(target) }
  const { subscriptionId, createdAt, scope, name } = identity
  const isSame = known?.url === sealed.url && before?.eventSchema === properties.eventSchema
  const code = Buffer.from(random(16)).toString('hex')
  return {
    subscription: {
      subscriptionId,
      tenantId: caller.tenantId,
      scope,
      name,
      ...shownOf(properties, sealed),
      validation: isSame && before?.validation === undefined ? undefined : { code, until: change.at + VALIDATION_TIME },
      createdAt,
      sealed: sealTarget(sealer, { subscriptionId }, sealed),
    },
    target: sealed,
    madeSecret,
  }
}

const placeOf = ({ parent, name }: ArmTarget) => ({ scope: parent, name })

function shownOf({ eventSchema, eventTypes, ca }: GivenSubscription, target: WebhookTarget) {
  const { origin, pathname } = new URL(target.url)
  const oldSecretsEndAt = endOfOldSecrets(target)
  return {
    endpoint: `${origin}${pathname}`,
    eventSchema,
    eventTypes,
    headerNames: Object.keys(target.headers),
    ...(ca === undefined ? {} : { ca }),
    ...(oldSecretsEndAt === undefined ? {} : { oldSecretsEndAt }),
  }
}

/** An endpoint that has agreed before is not asked again. */
async function ask(
  { storage, webhooks, publicUrl, random }: Dependencies,
  { change }: PutRequest,
  { subscription, target }: Planned,
): Promise<Handshake> {
  const { subscriptionId, scope, validation } = subscription
  if (validation === undefined) return { type: 'agreed' }
  const { code } = validation
  const agreed = await shakeHands(webhooks, subscription, target, {
    id: newGuid(random),
    at: change.at,
    topic: scope,
    code,
    validationUrl: `${baseUrlOf(publicUrl())}${VALIDATION_PATH}/${subscriptionId}/${code}`,
    origin: new URL(publicUrl()).hostname,
  })
  if (agreed.type === 'agreed') await storage.write.webhooks.validateEventSubscription(subscriptionId, code, change.at)
  return agreed
}

/** What somebody else has changed meanwhile stays. */
async function takeBack(
  { storage }: Dependencies,
  { caller, target, change }: PutRequest,
  {
    before,
    subscription,
  }: { readonly before: EventSubscription | undefined; readonly subscription: EventSubscription },
  detail: string,
): Promise<ArmAnswer> {
  const { webhooks } = storage.write
  if (before !== undefined) await webhooks.putEventSubscription(change, before, subscription.sealed)
  else await webhooks.deleteEventSubscription(change, caller.tenantId, target.parent, target.name)
  const message = `The endpoint was asked whether it wants events, and cannot be used: ${detail}.`
  return { ...badMember('properties.endpointUrl', message), code: 'UrlValidationFailed' }
}
