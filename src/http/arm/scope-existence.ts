// Whether what a request is about exists in the caller's tenant, and how its absence is told. What belongs to another tenant is as
// absent as what never was. Azure: control-plane reference §4.3, §10.

import { formatResourceId, parseResourceId, ROOT_SCOPE, typeOf } from '../../resources/resource-id.ts'
import { isSameType, RESOURCE_GROUPS, SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Storage } from '../../storage/storage.ts'
import { badRequest, notFound, type Refusal } from '../refusal.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { ArmTarget } from './arm-target.ts'

type Reading = Pick<Storage, 'read'>

/** Deviates: Azure answers 401 for a subscription of another tenant and so tells that it exists. */
export async function checkSubscription({ read }: Reading, tenantId: string, id: string): Promise<Refusal | undefined> {
  if (canonicalGuid(id) === undefined) return badRequest('InvalidSubscriptionId', 'The subscription id must be a GUID.')
  const subscription = await read.resources.readSubscription(id)
  if (subscription?.tenantId === tenantId) return undefined
  return notFound('SubscriptionNotFound', `The subscription '${id}' could not be found.`)
}

/** The scope that the target is on. The root and a subscription need no look; the subscription has been checked. */
export async function checkScopeExists(
  storage: Reading,
  tenantId: string,
  { parent }: ArmTarget,
): Promise<Refusal | undefined> {
  const isContainer = parent === ROOT_SCOPE || isSameType(typeOf(parent) ?? '', SUBSCRIPTIONS)
  if (isContainer || (await readOwnResource(storage, tenantId, parent)) !== undefined) return undefined
  return resourceNotFound(storage, tenantId, parent)
}

export async function readOwnResource({ read }: Reading, tenantId: string, id: string): Promise<Resource | undefined> {
  const resource = await read.resources.readResource(id)
  return resource?.tenantId === tenantId ? resource : undefined
}

/** Names the first thing that is missing: the resource group, or the resource. */
export async function resourceNotFound(storage: Reading, tenantId: string, resourceId: string): Promise<Refusal> {
  const { subscriptionId = '', resourceGroup, type = '', names = [] } = parseResourceId(resourceId) ?? {}
  const named = `The resource '${type}/${names.join('/')}'`
  if (resourceGroup === undefined) return notFound('ResourceNotFound', `${named} was not found.`)
  const groupId = formatResourceId(`/subscriptions/${subscriptionId}`, RESOURCE_GROUPS, [resourceGroup])
  if ((await readOwnResource(storage, tenantId, groupId)) === undefined) {
    return notFound('ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`)
  }
  return notFound('ResourceNotFound', `${named} under resource group '${resourceGroup}' was not found.`)
}
