// Who may write the credentials of an application: whoever may write all of them, and the owners of this one. Naming an owner gives
// this right away, so it takes the same. Somebody who may do neither learns nothing of what exists.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Application, ServicePrincipal } from '../../storage/storage.ts'
import type { Refusal } from '../refusal.ts'
import { type GraphCall, refuseUnless } from './graph-route.ts'
import { readReference } from './object-reference.ts'

const refuseCredentials = refuseUnless(DIRECTORY_ACTIONS.writeApplicationCredentials)

export async function refuseUnlessOwnerOfApplication(call: GraphCall): Promise<Refusal | undefined> {
  const refusal = refuseCredentials(call)
  const application = refusal && (await findApplication(call))
  return application !== undefined && (await isOwner(call, [application.objectId])) ? undefined : refusal
}

/** An owner of the application owns its principal too. */
export async function refuseUnlessOwnerOfPrincipal(call: GraphCall): Promise<Refusal | undefined> {
  const refusal = refuseCredentials(call)
  const principal = refusal && (await findPrincipal(call))
  const owned = principal === undefined ? [] : [principal.objectId, principal.applicationObjectId]
  return (await isOwner(call, owned)) ? undefined : refusal
}

async function isOwner({ directory, caller }: GraphCall, objectIds: readonly string[]): Promise<boolean> {
  const owners = await Promise.all(objectIds.map((objectId) => directory.listOwners(caller.tenantId, objectId)))
  return owners.flat().includes(caller.principalId)
}

/** The one that the path names. */
export function findApplication({ c, caller, directory }: GraphCall): Promise<Application | undefined> {
  const { by, id } = readReference(c)
  return by === 'objectId'
    ? directory.readApplication(caller.tenantId, id)
    : directory.findApplication(caller.tenantId, id)
}

export function findPrincipal({ c, caller, directory }: GraphCall): Promise<ServicePrincipal | undefined> {
  const { by, id } = readReference(c)
  return by === 'objectId'
    ? directory.readServicePrincipal(caller.tenantId, id)
    : directory.findServicePrincipal(caller.tenantId, id)
}
