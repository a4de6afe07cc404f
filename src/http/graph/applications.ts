// Applications in Graph's shape, and how one is found and opened for an operation. Azure: control-plane reference §7.

import type { Context } from 'hono'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Application, PasswordCredential, Storage } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, controlAction, type Operation, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { parseFilter } from '../odata-filter.ts'
import { answerRefusal, badRequest, type Refusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { readQuery } from '../validation.ts'
import { objectNotFound, readReference } from './object-reference.ts'

const READ = controlAction(DIRECTORY_ACTIONS.readApplications)

const listQuery = z.object({ $filter: z.string().optional() })

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function listApplications({ storage, publicUrl }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
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
    return c.json({ '@odata.context': contextUrl(publicUrl(), 'applications'), value })
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

export function readApplication({ storage, publicUrl }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const opened = await openApplication(storage, c, READ)
    if (opened.type === 'refused') return answerRefusal(c, opened)
    return c.json({
      '@odata.context': contextUrl(publicUrl(), 'applications/$entity'),
      ...wireForm(opened.application),
    })
  }
}

/** The application that the path names, when the caller may do the operation; who may not learns nothing of what exists. */
export async function openApplication(
  { read }: Pick<Storage, 'read'>,
  c: Context<HttpEnv>,
  operation: Operation,
): Promise<{ readonly type: 'opened'; readonly application: Application } | Refusal> {
  const { caller } = c.var
  const refusal = authorize(caller, operation, TENANT_ROOT)
  if (refusal !== undefined) return refusal
  const { by, id } = readReference(c)
  const application =
    by === 'objectId'
      ? await read.directory.readApplication(caller.tenantId, id)
      : await read.directory.findApplication(caller.tenantId, id)
  return application === undefined ? objectNotFound('application', id) : { type: 'opened', application }
}

export function contextUrl(publicUrl: string, fragment: string): string {
  return `${baseUrlOf(publicUrl)}/v1.0/$metadata#${fragment}`
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

/** Without the secret, which is not kept. */
export function credentialForm({ keyId, displayName, hint, startAt, endAt }: PasswordCredential): object {
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
