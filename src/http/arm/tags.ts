// The tags of a subscription, a resource group or a resource as a thing of their own, so that whoever may tag need not be allowed to
// change what is tagged. Azure: control-plane reference §4.1.

import { z } from 'zod'
import { isSameType, SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import { ROOT_SCOPE, typeOf } from '../../resources/resource-id.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Subscription } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, notFound, type Refusal } from '../refusal.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { TAGS } from './arm-target.ts'
import { carryOut, type Plan, stampResource } from './resource-change.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'
import { tags } from './tracked-members.ts'

type Tags = Readonly<Record<string, string>>

const none = z.object({})
const properties = z.object({ tags: tags.nullish() }).nullish()
const putBody = z.object({ properties })
const patchBody = z.object({ operation: z.string(), properties })
type Request = ArmRequest<object, object>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random'>

export function tagRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [TAGS], shape: 'item', query: none } as const
  return [
    armRoute({ ...item, method: 'GET', body: none, handle: (request) => read(dependencies, request) }),
    armRoute({
      ...item,
      method: 'PUT',
      body: putBody,
      handle: (request) => write(dependencies, request, () => request.body.properties?.tags ?? {}),
    }),
    armRoute({
      ...item,
      method: 'PATCH',
      body: patchBody,
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

type Tagged =
  | { readonly type: 'resource'; readonly id: string; readonly tags: Tags; readonly resource: Resource }
  | { readonly type: 'subscription'; readonly id: string; readonly tags: Tags; readonly subscription: Subscription }

async function readTagged({ storage }: Dependencies, { caller, target }: Request): Promise<Tagged | Refusal> {
  const { parent, name, subscriptionId } = target
  if (name.toLowerCase() !== 'default') return notFound('ResourceNotFound', "The only set of tags is called 'default'.")
  if (parent === ROOT_SCOPE || subscriptionId === undefined) {
    return notFound('InvalidResourceType', 'Only a subscription and what is below it has tags.')
  }
  if (!isSameType(typeOf(parent) ?? '', SUBSCRIPTIONS)) {
    const resource = await readOwnResource(storage, caller.tenantId, parent)
    if (resource === undefined) return resourceNotFound(storage, caller.tenantId, parent)
    return { type: 'resource', id: resource.id, tags: resource.tags ?? {}, resource }
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
  return tagged.type === 'refused' ? tagged : answer(200, tagsForm(tagged.id, tagged.tags))
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
    const given = change(tagged.tags)
    const checked = tags.safeParse(given ?? {})
    if (!checked.success) return badMember('properties.tags', checked.error.issues[0]?.message ?? '')
    const done: ArmAnswer =
      given === undefined ? { type: 'no content', status: 200 } : answer(200, tagsForm(tagged.id, checked.data))
    return { type: 'plan', answer: done, record: recordTags(dependencies, request, tagged, checked.data) }
  })
}

function recordTags({ random }: Dependencies, request: Request, tagged: Tagged, tags: Tags): Plan['record'] {
  if (tagged.type === 'subscription') {
    return (write) =>
      void write.resources.updateSubscription(request.change, `${TAGS}/write`, { ...tagged.subscription, tags })
  }
  const { resource } = tagged
  const changed = stampResource(request, random, { ...resource, tags }, resource)
  return (write) => void write.resources.putResource(request.change, changed)
}

function tagsForm(scope: string, tags: Tags): object {
  return { id: `${scope}/providers/${TAGS}/default`, name: 'default', type: TAGS, properties: { tags } }
}
