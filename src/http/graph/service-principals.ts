// Service principals: what an application is in its tenant, and what roles are given to. Each belongs to one application and is made
// from its client id. Azure: control-plane reference §7.

import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { ServicePrincipal, ServicePrincipalUpdate } from '../../storage/storage.ts'
import { ADMINISTRATOR_ROLES, lastAdministrator } from '../administrators.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { created, done, ok } from '../responses.ts'
import {
  SERVICE_PRINCIPAL_FACTS,
  changesNothing,
  displayName,
  freeMembers,
  longText,
  mergeFacts,
  shortText,
} from './facts.ts'
import { servicePrincipalForm } from './graph-forms.ts'
import { countObjects, countQuery, listObjects, listQuery, type ObjectSet } from './graph-list.ts'
import { entity, type GraphCall, graphRoute, noContent, refuseUnless, selectQuery } from './graph-route.ts'
import { bareCount, pagedListOf, servicePrincipalSchema } from './graph-schemas.ts'
import { keyCredentials, otherCredentialIds, readKeyCredentials } from './key-credentials.ts'
import { objectNotFound, readReference } from './object-reference.ts'
import { findPrincipal, refuseUnlessOwnerOfPrincipal } from './owner-rights.ts'

const servicePrincipalSet: ObjectSet<ServicePrincipal> = {
  name: 'servicePrincipals',
  form: servicePrincipalForm,
  filterable: [
    'id',
    'appId',
    'displayName',
    'servicePrincipalNames',
    'servicePrincipalType',
    'accountEnabled',
    'tags',
    'appOwnerOrganizationId',
  ],
  names: ['displayName'],
  list: (directory, tenantId, page) => directory.listServicePrincipals(tenantId, page),
  find: {
    id: (directory, tenantId, id) => directory.readServicePrincipal(tenantId, id),
    appid: (directory, tenantId, appId) => directory.findServicePrincipal(tenantId, appId),
  },
}

const changes = z.strictObject({
  displayName: displayName.optional(),
  accountEnabled: z.boolean().optional(),
  keyCredentials: keyCredentials.nullish(),
  passwordCredentials: z.never('cannot be set here: use addPassword').optional(),
  tags: z.array(shortText).max(100).nullish(),
  notes: longText.nullish(),
  description: longText.nullish(),
  ...freeMembers(SERVICE_PRINCIPAL_FACTS),
})
const newServicePrincipal = changes
  .omit({ keyCredentials: true })
  .extend({ appId: z.guid(), keyCredentials: keyCredentials.max(0, 'cannot be set here').nullish() })
type Changes = z.output<typeof changes>

async function create(call: GraphCall<z.output<typeof newServicePrincipal>>): Promise<Response | Refusal> {
  const { caller, change, dependencies, directory } = call
  const { appId, displayName, accountEnabled = true, keyCredentials: _k, passwordCredentials: _p, ...told } = call.body
  const facts = mergeFacts({}, told)
  if (facts.type === 'refused') return facts
  const application = await directory.findApplication(caller.tenantId, appId.toLowerCase())
  if (application === undefined) return noApplication(appId)
  const objectId = newGuid(dependencies.random)
  const { type } = await dependencies.storage.write.directory.createServicePrincipal(change, {
    objectId,
    applicationId: application.applicationId,
    tenantId: caller.tenantId,
    displayName: displayName ?? application.displayName,
    accountEnabled,
    createdAt: change.at,
    facts: facts.facts,
  })
  if (type === 'no application') return noApplication(appId)
  if (type === 'exists') return alreadyThere(appId)
  const created = await directory.readServicePrincipal(caller.tenantId, objectId)
  return created === undefined
    ? objectNotFound('service principal', objectId)
    : entity(call, 'servicePrincipals', servicePrincipalForm(created), 201)
}

/** Azure: tools try again while they read these words. */
const noApplication = (appId: string): Refusal =>
  badRequest(
    'Request_BadRequest',
    `The appId '${appId}' of the service principal does not reference a valid application object.`,
  )

const alreadyThere = (appId: string): Refusal =>
  refused(
    409,
    'Request_MultipleObjectsWithSameKeyValue',
    `The service principal cannot be created because the service principal name ${appId} is already in use.`,
  )

async function read(call: GraphCall): Promise<Response | Refusal> {
  const principal = await findPrincipal(call)
  return principal === undefined
    ? objectNotFound('service principal', readReference(call.c).id)
    : entity(call, 'servicePrincipals', servicePrincipalForm(principal))
}

const refuseWriting = refuseUnless(DIRECTORY_ACTIONS.writeServicePrincipals)

async function update(call: GraphCall<Changes>): Promise<Response | Refusal> {
  const principal = await findPrincipal(call)
  if (principal === undefined) return objectNotFound('service principal', readReference(call.c).id)
  const read = await readChanges(call, principal)
  if (read.type === 'refused') return read
  if (changesNothing(read.update)) return noContent(call)
  const { tenantId, objectId } = principal
  const { directory } = call.dependencies.storage.write
  const { change } = call
  const { type } = await directory.updateServicePrincipal(change, tenantId, objectId, read.update, ADMINISTRATOR_ROLES)
  if (type === 'last') return lastAdministrator
  return type === 'missing' ? objectNotFound('service principal', objectId) : noContent(call)
}

async function readChanges(
  call: GraphCall<Changes>,
  principal: ServicePrincipal,
): Promise<{ readonly type: 'update'; readonly update: ServicePrincipalUpdate } | Refusal> {
  const { displayName, accountEnabled, keyCredentials, passwordCredentials: _, ...told } = call.body
  const isMoreThanKeys = Object.keys(call.body).some((name) => name !== 'keyCredentials')
  const refusal = isMoreThanKeys ? refuseWriting(call) : undefined
  if (refusal !== undefined) return refusal
  const facts = mergeFacts(principal.facts, told)
  if (facts.type === 'refused') return facts
  const keys = keyCredentials && (await readKeys(call, principal, keyCredentials))
  if (keys?.type === 'refused') return keys
  return {
    type: 'update',
    update: {
      ...(displayName === undefined ? {} : { displayName }),
      ...(accountEnabled === undefined ? {} : { accountEnabled }),
      ...(keys ? { keyCredentials: keys.keys } : {}),
      ...(Object.keys(told).length === 0 ? {} : { facts: facts.facts }),
    },
  }
}

async function readKeys(
  call: GraphCall,
  principal: ServicePrincipal,
  asked: NonNullable<Changes['keyCredentials']>,
): Promise<ReturnType<typeof readKeyCredentials>> {
  const refusal = await refuseUnlessOwnerOfPrincipal(call)
  if (refusal !== undefined) return refusal
  const stored = principal.keyCredentials
  const taken = await otherCredentialIds(call.directory, principal, stored)
  return readKeyCredentials(asked, { stored, taken, random: call.dependencies.random })
}

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const principal = await findPrincipal(call)
  const { id } = readReference(call.c)
  if (principal === undefined) return objectNotFound('service principal', id)
  const { tenantId, objectId } = principal
  const { directory } = call.dependencies.storage.write
  const { type } = await directory.deleteServicePrincipal(call.change, tenantId, objectId, ADMINISTRATOR_ROLES)
  if (type === 'last') return lastAdministrator
  return type === 'missing' ? objectNotFound('service principal', id) : noContent(call)
}

export const servicePrincipalRoutes = [
  graphRoute('GET', '/servicePrincipals', {
    summary: 'List service principals',
    right: DIRECTORY_ACTIONS.readServicePrincipals,
    query: listQuery,
    response: ok(pagedListOf(servicePrincipalSchema)),
    handle: (call) => listObjects(call, servicePrincipalSet),
  }),
  graphRoute('GET', '/servicePrincipals/$count', {
    summary: 'Count service principals',
    right: DIRECTORY_ACTIONS.readServicePrincipals,
    query: countQuery,
    response: ok(bareCount),
    handle: (call) => countObjects(call, servicePrincipalSet),
  }),
  graphRoute('POST', '/servicePrincipals', {
    summary: 'Create the service principal of an application',
    right: DIRECTORY_ACTIONS.writeServicePrincipals,
    body: newServicePrincipal,
    query: selectQuery,
    response: created(servicePrincipalSchema),
    handle: create,
  }),
  graphRoute('GET', '/servicePrincipals/{objectId}', {
    summary: 'Read a service principal',
    right: DIRECTORY_ACTIONS.readServicePrincipals,
    query: selectQuery,
    response: ok(servicePrincipalSchema),
    handle: read,
  }),
  graphRoute('PATCH', '/servicePrincipals/{objectId}', {
    summary: 'Change a service principal',
    right: async (call) => refuseWriting(call) && (await refuseUnlessOwnerOfPrincipal(call)),
    body: changes,
    response: done,
    handle: update,
  }),
  graphRoute('DELETE', '/servicePrincipals/{objectId}', {
    summary: 'Delete a service principal',
    right: DIRECTORY_ACTIONS.deleteServicePrincipals,
    response: done,
    handle: remove,
  }),
]
