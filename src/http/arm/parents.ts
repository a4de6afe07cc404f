// What a resource is written into: the resource group, and for a child the parent resource. Ids of new resources are made from the
// stored ids of these, so that one thing has one spelling whatever clients write. Azure: control-plane reference §1.3, §4.3, §10.

import { formatResourceId, parseResourceId } from '../../resources/resource-id.ts'
import { isResourceName, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Storage } from '../../storage/storage.ts'
import { badRequest, notFound, type Refusal } from '../refusal.ts'
import type { ArmTarget } from './arm-target.ts'
import { readOwnResource } from './scope-existence.ts'

type Parent = { readonly type: 'parent'; readonly parent: Resource }

/** The stored resource that the target hangs under: a resource group or a parent resource. */
export async function readParent(storage: Storage, tenantId: string, target: ArmTarget): Promise<Parent | Refusal> {
  // What is written stands in a group and extends nothing: see `isInPlace`.
  const { subscriptionId = '', resourceGroup = '', names } = target
  const groupId = formatResourceId(`/subscriptions/${subscriptionId}`, RESOURCE_GROUPS, [resourceGroup])
  const group = await readOwnResource(storage, tenantId, groupId)
  if (group === undefined) {
    return notFound('ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`)
  }
  if (names.length === 1) return { type: 'parent', parent: group }
  const parent = await readOwnResource(storage, tenantId, target.parent)
  if (parent !== undefined) return { type: 'parent', parent }
  const named = parseResourceId(target.parent)
  return notFound(
    'ParentResourceNotFound',
    `The parent resource '${named?.type}/${named?.names.join('/')}' of '${target.name}' was not found.`,
  )
}

/** The id of a new resource. `type` is spelt as we write it. */
export function idBelow(parent: Resource, type: string, name: string): string {
  const isTopLevel = type.split('/').length === 2
  return isTopLevel ? formatResourceId(parent.id, type, [name]) : `${parent.id}/${type.split('/').at(-1)}/${name}`
}

export function checkName(type: string, name: string): Refusal | undefined {
  if (isResourceName(type, name)) return undefined
  return {
    ...badRequest('InvalidResourceName', `'${name.slice(0, 260)}' cannot be the name of a resource of type '${type}'.`),
    target: 'name',
  }
}
