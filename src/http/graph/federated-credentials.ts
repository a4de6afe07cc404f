// Federated credentials: which tokens of which other issuers prove an application. What is trusted is matched as it is written, so
// nothing of it is normalised. Azure: data-plane reference §3.10.

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { Application, FederatedCredential } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { created, done, ok } from '../responses.ts'
import { federatedCredentialForm } from './graph-forms.ts'
import { contextUrl, entity, type GraphCall, graphRoute, noContent, selectQuery } from './graph-route.ts'
import { federatedCredentialSchema, wholeListOf } from './graph-schemas.ts'
import { objectNotFound, readReference } from './object-reference.ts'
import { findApplication, refuseUnlessOwnerOfApplication } from './owner-rights.ts'

const MAX_CREDENTIALS = 20
const SET = 'applications/federatedIdentityCredentials'

const issuer = z
  .string()
  .max(600)
  .refine((text) => {
    const url = URL.parse(text)
    return url?.protocol === 'https:' && `${url.username}${url.password}${url.search}${url.hash}` === ''
  }, 'must be an https URL without query')
const changes = z.strictObject({
  issuer: issuer.optional(),
  subject: z.string().min(1).max(600).optional(),
  audiences: z.tuple([z.string().min(1).max(600)], 'must name exactly one audience').optional(),
  description: z.string().max(600).nullish(),
})
const newCredential = changes.extend({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/, 'must have 3 to 120 letters, digits, hyphens or underscores'),
  issuer,
  subject: z.string().min(1).max(600),
  audiences: z.tuple([z.string().min(1).max(600)], 'must name exactly one audience'),
})
type Changes = z.output<typeof changes>

type Opened = {
  readonly type: 'opened'
  readonly application: Application
  readonly credentials: readonly FederatedCredential[]
}
type OpenedOne = Opened & { readonly credential: FederatedCredential }

async function open(call: GraphCall): Promise<Opened | Refusal> {
  const application = await findApplication(call)
  if (application === undefined) return objectNotFound('application', readReference(call.c).id)
  const { tenantId, objectId } = application
  const credentials = await call.directory.listFederatedCredentials(tenantId, objectId)
  return { type: 'opened', application, credentials }
}

async function list(call: GraphCall): Promise<Response | Refusal> {
  const opened = await open(call)
  if (opened.type === 'refused') return opened
  const context = contextUrl(call.dependencies, SET)
  return call.c.json({ '@odata.context': context, value: opened.credentials.map(federatedCredentialForm) })
}

/** By id or by name. */
async function openOne(call: GraphCall): Promise<OpenedOne | Refusal> {
  const opened = await open(call)
  if (opened.type === 'refused') return opened
  const asked = call.c.req.param('credential') ?? ''
  const key = canonicalGuid(asked) ?? asked.toLowerCase()
  const credential = opened.credentials.find(
    ({ credentialId, name }) => credentialId === key || name.toLowerCase() === key,
  )
  return credential === undefined ? objectNotFound('federated identity credential', asked) : { ...opened, credential }
}

async function read(call: GraphCall): Promise<Response | Refusal> {
  const opened = await openOne(call)
  return opened.type === 'refused' ? opened : entity(call, SET, federatedCredentialForm(opened.credential))
}

async function create(call: GraphCall<z.output<typeof newCredential>>): Promise<Response | Refusal> {
  const { name, issuer, subject, audiences, description } = call.body
  const credentialId = newGuid(call.dependencies.random)
  const credential = { credentialId, name, issuer, subject, audience: audiences[0], description: description ?? '' }
  const refusal = await put(call, async () => {
    const opened = await open(call)
    if (opened.type === 'refused') return opened
    return opened.credentials.length < MAX_CREDENTIALS
      ? { ...opened, credential }
      : badRequest('Request_BadRequest', `An application has at most ${MAX_CREDENTIALS} federated credentials.`)
  })
  return refusal ?? entity(call, SET, federatedCredentialForm(credential), 201)
}

async function update(call: GraphCall<Changes>): Promise<Response | Refusal> {
  const { issuer, subject, audiences, description } = call.body
  const changed = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
    ...(audiences === undefined ? {} : { audience: audiences[0] }),
    ...(description === undefined ? {} : { description: description ?? '' }),
  }
  const refusal = await put(call, async () => {
    const opened = await openOne(call)
    return opened.type === 'refused' ? opened : { ...opened, credential: { ...opened.credential, ...changed } }
  })
  return refusal ?? noContent(call)
}

/** Stores the credential that is asked for, and nothing when it is there already, member for member. The refusal, if it cannot be. */
async function put(
  { caller, change, dependencies: { storage } }: GraphCall,
  ask: () => Promise<OpenedOne | Refusal>,
): Promise<Refusal | undefined> {
  return writeUndisturbed<Refusal | undefined>(storage, caller.tenantId, async () => {
    const asked = await ask()
    if (asked.type === 'refused') return { result: asked }
    const { application, credentials, credential } = asked
    const others = credentials.filter(({ credentialId }) => credentialId !== credential.credentialId)
    const clash = others.map((other) => clashWith(other, credential)).find((refusal) => refusal !== undefined)
    if (clash !== undefined || credentials.some((stored) => isDeepStrictEqual(stored, credential)))
      return { result: clash }
    const { tenantId, objectId } = application
    return {
      result: undefined,
      record: ({ directory }) => void directory.putFederatedCredential(change, tenantId, objectId, credential),
    }
  })
}

function clashWith(other: FederatedCredential, { name, issuer, subject }: FederatedCredential): Refusal | undefined {
  if (other.name.toLowerCase() === name.toLowerCase()) return taken('name')
  return other.issuer === issuer && other.subject === subject ? taken('issuer and subject') : undefined
}

const taken = (what: string): Refusal =>
  refused(
    409,
    'Request_MultipleObjectsWithSameKeyValue',
    `The application has a federated credential with this ${what}.`,
  )

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const opened = await openOne(call)
  if (opened.type === 'refused') return opened
  const { application, credential } = opened
  const { tenantId, objectId } = application
  const { directory } = call.dependencies.storage.write
  await directory.deleteFederatedCredential(call.change, tenantId, objectId, credential.credentialId)
  return noContent(call)
}

const PATH = '/applications/{objectId}/federatedIdentityCredentials'

export const federatedCredentialRoutes = [
  graphRoute('GET', PATH, {
    summary: 'List federated credentials',
    right: DIRECTORY_ACTIONS.readApplications,
    response: ok(wholeListOf(federatedCredentialSchema)),
    handle: list,
  }),
  graphRoute('POST', PATH, {
    summary: 'Trust tokens of another issuer',
    right: refuseUnlessOwnerOfApplication,
    body: newCredential,
    query: selectQuery,
    response: created(federatedCredentialSchema),
    handle: create,
  }),
  graphRoute('GET', `${PATH}/{credential}`, {
    summary: 'Read a federated credential',
    right: DIRECTORY_ACTIONS.readApplications,
    query: selectQuery,
    response: ok(federatedCredentialSchema),
    handle: read,
  }),
  graphRoute('PATCH', `${PATH}/{credential}`, {
    summary: 'Change a federated credential',
    right: refuseUnlessOwnerOfApplication,
    body: changes,
    response: done,
    handle: update,
  }),
  graphRoute('DELETE', `${PATH}/{credential}`, {
    summary: 'Remove a federated credential',
    right: refuseUnlessOwnerOfApplication,
    response: done,
    handle: remove,
  }),
]
