// The tags of a subscription, a resource group or a resource as a thing of their own, so that whoever may tag need not be allowed to
// change what is tagged. They go by the etag of what they are on; a subscription has none. Azure: control-plane reference §4.1.

import { z } from 'zod'
import { isSameType, SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import { ROOT_SCOPE, typeOf } from '../../resources/resource-id.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Subscription } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, notFound, type Refusal } from '../refusal.ts'
import { named, ok } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { TAGS } from './arm-target.ts'
import { checkConditions } from './conditions.ts'
import { carryOut, type Plan, stampResource } from './resource-change.ts'
import { tagsSchema } from './resource-schemas.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'
import { tags } from './tracked-members.ts'

type Tags = Readonly<Record<string, string>>

const none = z.object({})
const properties = z.object({ tags: tags.nullish() }).nullish()
const putBody = z.object({ properties })
const shown = named(
  'Tags',
  z.object({ id: z.string(), name: z.string(), type: z.string(), properties: z.object({ tags: tagsSchema }) }),
)
const patchBody = z.object({ operation: z.string(), properties })
type Request = ArmRequest<object, object>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random'>

export function tagRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [TAGS], shape: 'item', query: none } as const
  return [
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(shown),
      handle: (request) => read(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: putBody,
      response: ok(shown),
      handle: (request) => write(dependencies, request, () => request.body.properties?.tags ?? {}),
    }),
    armRoute({
      ...item,
      method: 'PATCH',
      body: patchBody,
      response: ok(shown),
      handle: async (request) => {
        const change = CHANGES.get(request.body.operation.toLowerCase())
        if (change === undefined) return badMember('operation', 'The operation must be Merge, Replace or Delete.')
        return write(dependencies, request, (stored) => change(stored, request.body.properties?.tags ?? {}))
      },
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: ok('empty'),
      handle: (request) => write(dependencies, request, () => undefined),
    }),
  ]
}

const isNamed = (tags: Tags, name: string) => Object.keys(tags).some((own) => own.toLowerCase() === name.toLowerCase())

/** What of `tags` has a name that `others` do not have. */
const without = (tags: Tags, others: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([name]) => !isNamed(others, name)))

const CHANGES = new Map<string, (stored: Tags, given: Tags) => Tags>([
  ['merge', (stored, given) => ({ ...without(stored, given), ...given })],
  ['replace', (_, given) => given],
  ['delete', (stored, given) => without(stored, given)],
])

type Tagged = { readonly id: string; readonly tags: Tags; readonly etag?: string } & (
  | { readonly type: 'resource'; readonly resource: Resource }
  | { readonly type: 'subscription'; readonly subscription: Subscription }
)

async function readTagged({ storage }: Dependencies, { caller, target }: Request): Promise<Tagged | Refusal> {
  const { parent, name, subscriptionId } = target
  if (name.toLowerCase() !== 'default') return notFound('ResourceNotFound', "The only set of tags is called 'default'.")
  if (parent === ROOT_SCOPE || subscriptionId === undefined) {
    return notFound('InvalidResourceType', 'Only a subscription and what is below it has tags.')
  }
  if (!isSameType(typeOf(parent) ?? '', SUBSCRIPTIONS)) {
    const resource = await readOwnResource(storage, caller.tenantId, parent)
    if (resource === undefined) return resourceNotFound(storage, caller.tenantId, parent)
    const { id, etag } = resource
    return { type: 'resource', id, tags: resource.tags ?? {}, etag, resource }
  }
  const subscription = await storage.read.resources.readSubscription(subscriptionId)
  if (subscription === undefined)
    return notFound('SubscriptionNotFound', `There is no subscription '${subscriptionId}'.`)
  return {
    type: 'subscription',
    id: `/subscriptions/${subscription.subscriptionId}`,
    tags: subscription.tags ?? {},
    subscription,
  }
}

async function read(dependencies: Dependencies, request: Request): Promise<ArmAnswer> {
  const tagged = await readTagged(dependencies, request)
  return tagged.type === 'refused' ? tagged : tagsAnswer(tagged)
}

/** `change` gives the new tags; undefined to remove them all and answer without a body. */
async function write(
  dependencies: Dependencies,
  request: Request,
  change: (stored: Tags) => Tags | undefined,
): Promise<ArmAnswer> {
  return carryOut(dependencies.storage, request, async () => {
    const tagged = await readTagged(dependencies, request)
    if (tagged.type === 'refused') return tagged
    const failed = checkConditions(request.conditions, tagged)
    if (failed !== undefined) return failed
    const given = change(tagged.tags)
    const checked = tags.safeParse(given ?? {})
    if (!checked.success) return badMember('properties.tags', checked.error.issues[0]?.message ?? '')
    const plan = planTags(dependencies, request, tagged, checked.data)
    return given === undefined ? { ...plan, answer: { type: 'no content', status: 200 } } : plan
  })
}

function planTags({ random }: Dependencies, { caller, change }: Request, tagged: Tagged, tags: Tags): Plan {
  if (tagged.type === 'subscription') {
    const changed = { ...tagged.subscription, tags }
    return {
      type: 'plan',
      answer: tagsAnswer({ ...tagged, tags }),
      record: (write) => void write.resources.updateSubscription(change, `${TAGS}/write`, changed),
    }
  }
  const { resource } = tagged
  const changed = stampResource({ caller, change }, random, { ...resource, tags }, resource)
  return {
    type: 'plan',
    answer: tagsAnswer({ ...tagged, tags, etag: changed.etag }),
    record: (write) => void write.resources.putResource(change, changed),
  }
}

function tagsAnswer({ id, tags, etag }: Pick<Tagged, 'id' | 'tags' | 'etag'>): ArmAnswer {
  const body = { id: `${id}/providers/${TAGS}/default`, name: 'default', type: TAGS, properties: { tags } }
  return { type: 'answer', status: 200, body, ...(etag === undefined ? {} : { etag: `"${etag}"` }) }
}
