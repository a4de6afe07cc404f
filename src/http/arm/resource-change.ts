// What every write of a resource has in common: its envelope (id, etag, who and when), its conditions, and that it is decided and
// written as one, whatever else happens in the tenant meanwhile. Azure: control-plane reference §5.2.

import type { RandomOctets } from '../../identity/client-secret.ts'
import type { Resource, SystemData } from '../../resources/resource.ts'
import type { Storage, Writers } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import type { Refusal } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import type { ArmAnswer, ArmRequest } from './arm-route.ts'
import { checkConditions } from './conditions.ts'
import { resourceAnswer } from './resource-form.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'

type Request = ArmRequest<unknown, unknown>

/** Without `record` nothing is written. */
export type Plan = { readonly type: 'plan'; readonly answer: ArmAnswer; readonly record: (write: Writers) => void }

/** `plan` may run several times: it reads everything anew and does nothing else. A refusal is an answer without a write. */
export async function carryOut(
  storage: Storage,
  { caller }: Pick<Request, 'caller'>,
  plan: () => Promise<Plan | ArmAnswer>,
): Promise<ArmAnswer> {
  return writeUndisturbed(storage, caller.tenantId, async () => {
    const outcome = await plan()
    return outcome.type === 'plan' ? { result: outcome.answer, record: outcome.record } : { result: outcome }
  })
}

/** The parts of a resource that its own rules decide. `id` is canonical: see `idBelow`. */
type ResourceParts = Pick<Resource, 'id' | 'name' | 'type' | 'subscriptionId' | 'properties'> &
  Pick<Resource, 'location' | 'tags'>

/** A resource as it will be stored. `stored` is what it replaces. */
export function stampResource(
  { caller, change }: Pick<Request, 'caller' | 'change'>,
  random: RandomOctets,
  parts: ResourceParts,
  stored: Resource | undefined,
): Resource {
  const at = new Date(change.at).toISOString()
  const by = { lastModifiedBy: caller.principalId, lastModifiedByType: 'Application', lastModifiedAt: at } as const
  const made = { createdBy: caller.principalId, createdByType: 'Application', createdAt: at } as const
  const systemData: SystemData = { ...made, ...stored?.systemData, ...by }
  return { ...parts, tenantId: caller.tenantId, systemData, etag: newGuid(random) }
}

/** Writes the resource and answers with it: 201 for a new one. `also` is written in the same transaction. */
export function planPut(
  { change }: Pick<Request, 'change'>,
  resource: Resource,
  stored: Resource | undefined,
  also: (write: Writers) => void = () => {},
): Plan {
  return {
    type: 'plan',
    answer: resourceAnswer(stored === undefined ? 201 : 200, resource),
    record(write) {
      // First: see `putResource`.
      void write.resources.putResource(change, resource)
      also(write)
    },
  }
}

/** What is there under the id, with the conditions of the request checked against it. */
export async function readForWrite(
  storage: Storage,
  { caller, target, conditions }: Request,
): Promise<{ readonly type: 'stored'; readonly stored: Resource | undefined } | Refusal> {
  const stored = await readOwnResource(storage, caller.tenantId, target.id)
  return checkConditions(conditions, stored) ?? { type: 'stored', stored }
}

/** The same for a change of what must be there already. */
export async function readForChange(
  storage: Storage,
  request: Request,
): Promise<{ readonly type: 'stored'; readonly stored: Resource } | Refusal> {
  const { caller, target, conditions } = request
  const stored = await readOwnResource(storage, caller.tenantId, target.id)
  if (stored === undefined) return resourceNotFound(storage, caller.tenantId, target.id)
  return checkConditions(conditions, stored) ?? { type: 'stored', stored }
}

/** Removes the resource and all below it; 204 when there is none. `refuse` says what stands against it. */
export async function deleteStored(
  storage: Storage,
  request: Request,
  refuse: (stored: Resource) => Promise<Refusal | undefined> = async () => undefined,
): Promise<ArmAnswer> {
  return carryOut(storage, request, async () => {
    const read = await readForWrite(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    if (stored === undefined) return { type: 'no content' }
    const refusal = await refuse(stored)
    if (refusal !== undefined) return refusal
    return {
      type: 'plan',
      answer: { type: 'no content', status: 200 },
      record: (write) => void write.resources.deleteResource(request.change, stored.id),
    }
  })
}
