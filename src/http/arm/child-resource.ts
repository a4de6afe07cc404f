// Children without location and tags: where they hang, and what they have from there. Azure: control-plane reference §5.8 to §5.10.

import type { Resource } from '../../resources/resource.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Refusal } from '../refusal.ts'
import type { ArmAnswer, ArmRequest } from './arm-route.ts'
import { idBelow, readParent } from './parents.ts'
import { carryOut, planPut, readForWrite, stampResource } from './resource-change.ts'

type Request = ArmRequest<object, unknown>
type Properties = Resource['properties']

/** What the child is to be; `parent` and `stored` are as they are in this moment. */
export type DecideChild = (
  parent: Resource,
  stored: Resource | undefined,
) => Promise<{ readonly type: 'properties'; readonly properties: Properties } | Refusal>

/** `type` is spelt as we write it. */
export async function putChild(
  { storage, random }: Pick<HttpDependencies, 'storage' | 'random'>,
  request: Request,
  type: string,
  decide: DecideChild,
): Promise<ArmAnswer> {
  return carryOut(storage, request, async () => {
    const { caller, target } = request
    const place = await readParent(storage, caller.tenantId, target)
    if (place.type === 'refused') return place
    const { parent } = place
    const read = await readForWrite(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const decided = await decide(parent, stored)
    if (decided.type === 'refused') return decided
    const { properties } = decided
    const child = { ...childOf(parent, type, stored?.name ?? target.name), properties }
    return planPut(request, stampResource(request, random, child, stored), stored)
  })
}

/** Everything of a child but what it says. */
export function childOf(parent: Resource, type: string, name: string) {
  return { id: idBelow(parent, type, name), name, type, subscriptionId: parent.subscriptionId }
}
