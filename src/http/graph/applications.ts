// Applications and their client secrets in Graph's shapes. A secret is shown once, when it is made; what is kept of it is a keyed hash
// and a hint. Azure: control-plane reference §7.

import type { Context } from 'hono'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { generateClientSecret, hashClientSecret, hintOf } from '../../identity/client-secret.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { Application, PasswordCredential } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { parseFilter } from '../odata-filter.ts'
import { answerRefusal, badRequest, notFound, type Refusal } from '../refusal.ts'
import { type HttpEnv, newGuid } from '../request-context.ts'
import { readBody, readQuery } from '../validation.ts'

const READ = controlAction(DIRECTORY_ACTIONS.readApplications)
const WRITE_CREDENTIALS = controlAction(DIRECTORY_ACTIONS.writeApplicationCredentials)
const DEFAULT_YEARS = 2

const dateTime = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const listQuery = z.object({ $filter: z.string().optional() })
const addPasswordBody = z.object({
  passwordCredential: z
    .object({
      displayName: z.string().max(90).nullish(),
      startDateTime: dateTime.nullish(),
      endDateTime: dateTime.nullish(),
    })
    .nullish(),
})
const removePasswordBody = z.object({ keyId: z.guid() })

type Dependencies = Pick<HttpDependencies, 'storage' | 'pepper' | 'random' | 'publicUrl'>
type Handler = (c: Context<HttpEnv>) => Promise<Response>

export function listApplications({ storage, publicUrl }: Dependencies): Handler {
  return async (c) => {
    const { caller } = c.var
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const query = readQuery(c.req.url, listQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const filter = readAppIdFilter(query.value.$filter)
    if (filter.type === 'refused') return answerRefusal(c, filter)
    const value = (await storage.read.directory.listApplications(caller.tenantId))
      .filter(({ applicationId }) => filter.appId === undefined || applicationId === filter.appId)
      .map(wireForm)
    return c.json({ '@odata.context': `${baseUrlOf(publicUrl())}/v1.0/$metadata#applications`, value })
  }
}

function readAppIdFilter(
  text: string | undefined,
): { readonly type: 'filter'; readonly appId: string | undefined } | Refusal {
  const terms = parseFilter(text)
  const [term] = terms ?? []
  if (terms?.length === 0) return { type: 'filter', appId: undefined }
  if (terms?.length === 1 && term?.type === 'equals' && term.name === 'appid') {
    return { type: 'filter', appId: term.value.toLowerCase() }
  }
  return badRequest('Request_UnsupportedQuery', "Only a filter of the form appId eq '…' is supported.")
}

export function readApplication({ storage, publicUrl }: Dependencies): Handler {
  return async (c) => {
    const refusal = authorize(c.var.caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const found = await findApplication(storage, c)
    if (found.type === 'refused') return answerRefusal(c, found)
    const context = `${baseUrlOf(publicUrl())}/v1.0/$metadata#applications/$entity`
    return c.json({ '@odata.context': context, ...wireForm(found.application) })
  }
}

export function addPassword({ storage, pepper, random, publicUrl }: Dependencies): Handler {
  return async (c) => {
    const { caller, receivedAt, requestId } = c.var
    const refusal = authorize(caller, WRITE_CREDENTIALS, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const found = await findApplication(storage, c)
    if (found.type === 'refused') return answerRefusal(c, found)
    const body = await readBody(c.req, addPasswordBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const { displayName, startDateTime, endDateTime } = body.value.passwordCredential ?? {}
    const startAt = startDateTime ?? receivedAt
    const endAt = endDateTime ?? yearsAfter(startAt, DEFAULT_YEARS)
    if (endAt <= startAt)
      return answerRefusal(c, badRequest('Request_BadRequest', 'The end of a secret must be after its start.'))
    const secretText = generateClientSecret(random)
    const credential = {
      keyId: newGuid(random),
      displayName: displayName ?? '',
      hint: hintOf(secretText),
      startAt,
      endAt,
    }
    const change = { at: receivedAt, principalId: caller.principalId, requestId }
    const password = { ...credential, hash: hashClientSecret(Buffer.from(secretText), pepper) }
    const added = await storage.write.directory.addPassword(
      change,
      caller.tenantId,
      found.application.objectId,
      password,
    )
    if (!added) return answerRefusal(c, applicationNotFound(found.application.objectId))
    const context = `${baseUrlOf(publicUrl())}/v1.0/$metadata#microsoft.graph.passwordCredential`
    return c.json({ '@odata.context': context, ...credentialForm(credential), secretText })
  }
}

export function removePassword({ storage }: Dependencies): Handler {
  return async (c) => {
    const { caller, receivedAt, requestId } = c.var
    const refusal = authorize(caller, WRITE_CREDENTIALS, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const found = await findApplication(storage, c)
    if (found.type === 'refused') return answerRefusal(c, found)
    const body = await readBody(c.req, removePasswordBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const change = { at: receivedAt, principalId: caller.principalId, requestId }
    const keyId = body.value.keyId.toLowerCase()
    const { objectId } = found.application
    const removed = await storage.write.directory.removePassword(change, caller.tenantId, objectId, keyId)
    if (removed) return c.body(null, 204)
    return answerRefusal(c, badRequest('Request_BadRequest', 'No password credential was found with this keyId.'))
  }
}

type Found = { readonly type: 'found'; readonly application: Application } | Refusal

/** By object id, or by client id where the path says `applications(appId='…')`. */
async function findApplication({ read }: Dependencies['storage'], c: Context<HttpEnv>): Promise<Found> {
  const { tenantId } = c.var.caller
  const objectId = c.req.param('objectId')
  const [, applicationId] = /^applications\(appid='(.*)'\)$/.exec(c.req.param('byKey') ?? '') ?? []
  const id = canonicalGuid(objectId ?? applicationId ?? '')
  const application =
    id === undefined
      ? undefined
      : objectId === undefined
        ? await read.directory.findApplication(tenantId, id)
        : await read.directory.readApplication(tenantId, id)
  return application === undefined
    ? applicationNotFound(objectId ?? applicationId ?? '')
    : { type: 'found', application }
}

function applicationNotFound(id: string): Refusal {
  return notFound(
    'Request_ResourceNotFound',
    `The application '${id.slice(0, 64)}' does not exist, or may not be read.`,
  )
}

function yearsAfter(at: number, years: number): number {
  const date = new Date(at)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

function wireForm({ objectId, applicationId, displayName, createdAt, passwordCredentials }: Application): object {
  return {
    id: objectId,
    deletedDateTime: null,
    appId: applicationId,
    createdDateTime: new Date(createdAt).toISOString(),
    displayName,
    signInAudience: 'AzureADMyOrg',
    identifierUris: [],
    tags: [],
    keyCredentials: [],
    passwordCredentials: passwordCredentials.map(credentialForm),
  }
}

function credentialForm({ keyId, displayName, hint, startAt, endAt }: PasswordCredential): object {
  return {
    customKeyIdentifier: null,
    displayName: displayName === '' ? null : displayName,
    endDateTime: new Date(endAt).toISOString(),
    hint,
    keyId,
    secretText: null,
    startDateTime: new Date(startAt).toISOString(),
  }
}
