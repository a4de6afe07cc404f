// Client secrets of applications and service principals in Graph's shapes. A secret is shown once, when it is made; what is kept of it
// is a keyed hash and a hint. Azure: control-plane reference §7.

import { z } from 'zod'
import { generateClientSecret, hashClientSecret, hintOf } from '../../identity/client-secret.ts'
import type { PasswordCredential } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { done, ok } from '../responses.ts'
import { credentialForm } from './graph-forms.ts'
import { contextUrl, type GraphCall, graphRoute, noContent } from './graph-route.ts'
import { passwordCredentialSchema } from './graph-schemas.ts'
import { objectNotFound, readReference } from './object-reference.ts'
import {
  findApplication,
  findPrincipal,
  refuseUnlessOwnerOfApplication,
  refuseUnlessOwnerOfPrincipal,
} from './owner-rights.ts'

const DEFAULT_YEARS = 2
/** What an application and its principal may have; each costs a comparison at every login. */
export const MAX_SECRETS = 50

const dateTime = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
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

type AddPassword = GraphCall<z.output<typeof addPasswordBody>>
type RemovePassword = GraphCall<z.output<typeof removePasswordBody>>

/** Whose secrets: an application's, or those that were added to its service principal. */
type Owner = {
  readonly tenantId: string
  readonly applicationId: string
  readonly applicationObjectId: string
  readonly servicePrincipalId?: string
  readonly keyIds: readonly string[]
}
type FindOwner = (call: GraphCall) => Promise<Owner | Refusal>

async function ofApplication(call: GraphCall): Promise<Owner | Refusal> {
  const application = await findApplication(call)
  if (application === undefined) return objectNotFound('application', readReference(call.c).id)
  const { tenantId, applicationId, objectId, passwordCredentials } = application
  const keyIds = passwordCredentials.map(({ keyId }) => keyId)
  return { tenantId, applicationId, applicationObjectId: objectId, keyIds }
}

async function ofPrincipal(call: GraphCall): Promise<Owner | Refusal> {
  const principal = await findPrincipal(call)
  if (principal === undefined) return objectNotFound('service principal', readReference(call.c).id)
  const { tenantId, applicationId, applicationObjectId, objectId, passwordCredentials } = principal
  const keyIds = passwordCredentials.map(({ keyId }) => keyId)
  return { tenantId, applicationId, applicationObjectId, servicePrincipalId: objectId, keyIds }
}

const addPassword =
  (find: FindOwner) =>
  async (call: AddPassword): Promise<Response | Refusal> => {
    const { pepper, random, storage } = call.dependencies
    const secretText = generateClientSecret(random)
    const made = { keyId: newGuid(random), hint: hintOf(secretText) }
    const outcome = await writeUndisturbed<PasswordCredential | Refusal>(storage, call.caller.tenantId, async () => {
      const owner = await find(call)
      if ('type' in owner) return { result: owner }
      const { tenantId, applicationObjectId, servicePrincipalId } = owner
      const asked = (await refuseOneMore(call, owner)) ?? readNewPassword(call)
      if ('type' in asked) return { result: asked }
      const credential = { ...made, ...asked }
      const password = {
        ...credential,
        hash: hashClientSecret(Buffer.from(secretText), pepper),
        ...(servicePrincipalId === undefined ? {} : { servicePrincipalId }),
      }
      return {
        result: credential,
        record: ({ directory }) => void directory.addPassword(call.change, tenantId, applicationObjectId, password),
      }
    })
    if ('type' in outcome) return outcome
    const context = contextUrl(call.dependencies, 'microsoft.graph.passwordCredential')
    return call.c.json({ '@odata.context': context, ...credentialForm(outcome), secretText })
  }

async function refuseOneMore(
  { directory }: GraphCall,
  { tenantId, applicationId }: Owner,
): Promise<Refusal | undefined> {
  const login = await directory.readLogin(tenantId, applicationId)
  return (login?.secrets.length ?? 0) < MAX_SECRETS
    ? undefined
    : badRequest('Request_BadRequest', `An application has at most ${MAX_SECRETS} secrets. Remove one first.`)
}

function readNewPassword({
  body,
  change,
}: AddPassword): Pick<PasswordCredential, 'displayName' | 'startAt' | 'endAt'> | Refusal {
  const { displayName, startDateTime, endDateTime } = body.passwordCredential ?? {}
  const startAt = startDateTime ?? change.at
  const endAt = endDateTime ?? yearsAfter(startAt, DEFAULT_YEARS)
  if (endAt <= startAt) return badRequest('Request_BadRequest', 'The end of a secret must be after its start.')
  return { displayName: displayName ?? '', startAt, endAt }
}

export function yearsAfter(at: number, years: number): number {
  const date = new Date(at)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

const removePassword =
  (find: FindOwner) =>
  async (call: RemovePassword): Promise<Response | Refusal> => {
    const owner = await find(call)
    if ('type' in owner) return owner
    const { tenantId, applicationObjectId, keyIds } = owner
    const keyId = call.body.keyId.toLowerCase()
    const { directory } = call.dependencies.storage.write
    const removed =
      keyIds.includes(keyId) && (await directory.removePassword(call.change, tenantId, applicationObjectId, keyId))
    return removed
      ? noContent(call)
      : badRequest('Request_BadRequest', 'No password credential was found with this keyId.')
  }

const sets = [
  { set: 'applications', find: ofApplication, right: refuseUnlessOwnerOfApplication },
  { set: 'servicePrincipals', find: ofPrincipal, right: refuseUnlessOwnerOfPrincipal },
] as const

export const passwordRoutes = sets.flatMap(({ set, find, right }) => [
  graphRoute('POST', `/${set}/{objectId}/addPassword`, {
    summary: 'Make a client secret, shown this once',
    right,
    body: addPasswordBody,
    response: ok(passwordCredentialSchema),
    handle: addPassword(find),
  }),
  graphRoute('POST', `/${set}/{objectId}/removePassword`, {
    summary: 'Remove a client secret',
    right,
    body: removePasswordBody,
    response: done,
    handle: removePassword(find),
  }),
])
