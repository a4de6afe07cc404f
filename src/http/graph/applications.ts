// Applications: list, create, read, change, delete. What one may sign in with is written with the right to credentials, everything else
// with the right to applications; a PATCH may need both. Azure: control-plane reference §7.

import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Application, ApplicationUpdate } from '../../storage/storage.ts'
import { ADMINISTRATOR_ROLES, lastAdministrator } from '../administrators.ts'
import { type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { created, done, ok } from '../responses.ts'
import {
  APPLICATION_FACTS,
  changesNothing,
  displayName,
  freeMembers,
  longText,
  mergeFacts,
  shortText,
} from './facts.ts'
import { applicationForm } from './graph-forms.ts'
import { countObjects, countQuery, listObjects, listQuery, type ObjectSet } from './graph-list.ts'
import { entity, type GraphCall, graphRoute, noContent, refuseUnless, selectQuery } from './graph-route.ts'
import { applicationSchema, bareCount, pagedListOf } from './graph-schemas.ts'
import { keyCredentials, otherCredentialIds, readKeyCredentials } from './key-credentials.ts'
import { objectNotFound, readReference } from './object-reference.ts'
import { findApplication, refuseUnlessOwnerOfApplication } from './owner-rights.ts'

const applicationSet: ObjectSet<Application> = {
  name: 'applications',
  form: applicationForm,
  filterable: ['id', 'appId', 'displayName', 'identifierUris', 'signInAudience', 'tags', 'createdDateTime'],
  names: ['displayName'],
  list: (directory, tenantId, page) => directory.listApplications(tenantId, page),
  find: {
    id: (directory, tenantId, id) => directory.readApplication(tenantId, id),
    appid: (directory, tenantId, appId) => directory.findApplication(tenantId, appId),
  },
}

const identifierUri = z
  .string()
  .max(255)
  .regex(/^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu, 'must be a URI')
const identifierUris = z
  .array(identifierUri)
  .max(50)
  .refine((uris) => new Set(uris.map((uri) => uri.toLowerCase())).size === uris.length, 'must name each URI once')

const changes = z.strictObject({
  displayName: displayName.optional(),
  identifierUris: identifierUris.nullish(),
  keyCredentials: keyCredentials.nullish(),
  passwordCredentials: z.never('cannot be set here: use addPassword').optional(),
  signInAudience: z
    .enum(['AzureADMyOrg', 'AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount', 'PersonalMicrosoftAccount'])
    .nullish(),
  tags: z.array(shortText).max(100).nullish(),
  notes: longText.nullish(),
  description: longText.nullish(),
  ...freeMembers(APPLICATION_FACTS),
})
const newApplication = changes.extend({ displayName })
type Changes = z.output<typeof changes>

const refuseWriting = refuseUnless(DIRECTORY_ACTIONS.writeApplications)

async function createApplication(call: GraphCall<z.output<typeof newApplication>>): Promise<Response | Refusal> {
  const { caller, body, change, dependencies } = call
  const { random, storage } = dependencies
  const read = await readChanges(call, undefined)
  if (read.type === 'refused') return read
  const objectId = newGuid(random)
  const outcome = await storage.write.directory.createApplication(change, {
    objectId,
    applicationId: newGuid(random),
    tenantId: caller.tenantId,
    disabled: false,
    createdAt: change.at,
    ...read.update,
    displayName: body.displayName,
  })
  if (outcome.type === 'identifier taken') return identifierTaken(outcome.uri)
  const created = await call.directory.readApplication(caller.tenantId, objectId)
  return created === undefined
    ? objectNotFound('application', objectId)
    : entity(call, 'applications', applicationForm(created), 201)
}

async function updateApplication(call: GraphCall<Changes>): Promise<Response | Refusal> {
  const application = await findApplication(call)
  if (application === undefined) return objectNotFound('application', readReference(call.c).id)
  const read = await readChanges(call, application)
  if (read.type === 'refused') return read
  if (changesNothing(read.update)) return noContent(call)
  const { tenantId, objectId } = application
  const { directory } = call.dependencies.storage.write
  const outcome = await directory.updateApplication(call.change, tenantId, objectId, read.update)
  if (outcome.type === 'identifier taken') return identifierTaken(outcome.uri)
  return outcome.type === 'missing' ? objectNotFound('application', objectId) : noContent(call)
}

const identifierTaken = (uri: string): Refusal =>
  refused(
    400,
    'Request_MultipleObjectsWithSameKeyValue',
    `Another object with the same value for property identifierUris already exists: ${uri}`,
  )

/** `application` is undefined for one that is about to be made. */
async function readChanges(
  call: GraphCall<Changes>,
  application: Application | undefined,
): Promise<{ readonly type: 'update'; readonly update: ApplicationUpdate } | Refusal> {
  const { displayName, identifierUris, keyCredentials, passwordCredentials: _, ...told } = call.body
  const isMoreThanKeys = Object.keys(call.body).some((name) => name !== 'keyCredentials')
  const refusal = isMoreThanKeys ? refuseWriting(call) : undefined
  if (refusal !== undefined) return refusal
  const facts = mergeFacts(application?.facts ?? {}, told)
  if (facts.type === 'refused') return facts
  const keys = keyCredentials && (await readKeys(call, application, keyCredentials))
  if (keys?.type === 'refused') return keys
  return {
    type: 'update',
    update: {
      ...(displayName === undefined ? {} : { displayName }),
      ...(identifierUris === undefined ? {} : { identifierUris: identifierUris ?? [] }),
      ...(keys ? { keyCredentials: keys.keys } : {}),
      ...(Object.keys(told).length === 0 ? {} : { facts: facts.facts }),
    },
  }
}

async function readKeys(
  call: GraphCall,
  application: Application | undefined,
  asked: NonNullable<Changes['keyCredentials']>,
): Promise<ReturnType<typeof readKeyCredentials>> {
  const { directory, dependencies } = call
  const refusal =
    asked.length === 0 && application === undefined ? undefined : await refuseUnlessOwnerOfApplication(call)
  if (refusal !== undefined) return refusal
  const { random } = dependencies
  if (application === undefined) return readKeyCredentials(asked, { stored: [], taken: [], random })
  const stored = application.keyCredentials
  const taken = await otherCredentialIds(directory, application, stored)
  return readKeyCredentials(asked, { stored, taken, random })
}

async function deleteApplication(call: GraphCall): Promise<Response | Refusal> {
  const application = await findApplication(call)
  const { id } = readReference(call.c)
  if (application === undefined) return objectNotFound('application', id)
  const { tenantId, objectId } = application
  const { directory } = call.dependencies.storage.write
  const { type } = await directory.deleteApplication(call.change, tenantId, objectId, ADMINISTRATOR_ROLES)
  if (type === 'last') return lastAdministrator
  return type === 'missing' ? objectNotFound('application', id) : noContent(call)
}

async function readApplication(call: GraphCall): Promise<Response | Refusal> {
  const application = await findApplication(call)
  return application === undefined
    ? objectNotFound('application', readReference(call.c).id)
    : entity(call, 'applications', applicationForm(application))
}

export const applicationRoutes = [
  graphRoute('GET', '/applications', {
    summary: 'List applications',
    right: DIRECTORY_ACTIONS.readApplications,
    query: listQuery,
    response: ok(pagedListOf(applicationSchema)),
    handle: (call) => listObjects(call, applicationSet),
  }),
  graphRoute('GET', '/applications/$count', {
    summary: 'Count applications',
    right: DIRECTORY_ACTIONS.readApplications,
    query: countQuery,
    response: ok(bareCount),
    handle: (call) => countObjects(call, applicationSet),
  }),
  graphRoute('POST', '/applications', {
    summary: 'Create an application',
    right: DIRECTORY_ACTIONS.writeApplications,
    body: newApplication,
    query: selectQuery,
    response: created(applicationSchema),
    handle: createApplication,
  }),
  graphRoute('GET', '/applications/{objectId}', {
    summary: 'Read an application',
    right: DIRECTORY_ACTIONS.readApplications,
    query: selectQuery,
    response: ok(applicationSchema),
    handle: readApplication,
  }),
  graphRoute('PATCH', '/applications/{objectId}', {
    summary: 'Change an application',
    right: async (call) => refuseWriting(call) && (await refuseUnlessOwnerOfApplication(call)),
    body: changes,
    response: done,
    handle: updateApplication,
  }),
  graphRoute('DELETE', '/applications/{objectId}', {
    summary: 'Delete an application with its service principal',
    right: DIRECTORY_ACTIONS.deleteApplications,
    response: done,
    handle: deleteApplication,
  }),
]
