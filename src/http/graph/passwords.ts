// Client secrets of applications in Graph's shapes. A secret is shown once, when it is made; what is kept of it is a keyed hash and a
// hint. Azure: control-plane reference §7.

import type { Context } from 'hono'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { generateClientSecret, hashClientSecret, hintOf } from '../../identity/client-secret.ts'
import { controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, badRequest, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv, newGuid } from '../request-context.ts'
import { readBody } from '../validation.ts'
import { contextUrl, credentialForm, openApplication } from './applications.ts'
import { objectNotFound } from './object-reference.ts'

const WRITE = controlAction(DIRECTORY_ACTIONS.writeApplicationCredentials)
const DEFAULT_YEARS = 2

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

type Dependencies = Pick<HttpDependencies, 'storage' | 'pepper' | 'random' | 'publicUrl'>

export function addPassword({ storage, pepper, random, publicUrl }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const opened = await openApplication(storage, c, WRITE)
    if (opened.type === 'refused') return answerRefusal(c, opened)
    const asked = await readNewPassword(c)
    if (asked.type === 'refused') return answerRefusal(c, asked)
    const { displayName, startAt, endAt } = asked
    const secretText = generateClientSecret(random)
    const credential = { keyId: newGuid(random), displayName, hint: hintOf(secretText), startAt, endAt }
    const password = { ...credential, hash: hashClientSecret(Buffer.from(secretText), pepper) }
    const { tenantId, objectId } = opened.application
    const added = await storage.write.directory.addPassword(changeOf(c), tenantId, objectId, password)
    if (!added) return answerRefusal(c, objectNotFound('application', objectId))
    const context = contextUrl(publicUrl(), 'microsoft.graph.passwordCredential')
    return c.json({ '@odata.context': context, ...credentialForm(credential), secretText })
  }
}

type NewPassword = {
  readonly type: 'asked'
  readonly displayName: string
  readonly startAt: number
  readonly endAt: number
}

async function readNewPassword(c: Context<HttpEnv>): Promise<NewPassword | Refusal> {
  const body = await readBody(c.req, addPasswordBody)
  if (body.type === 'refused') return body
  const { displayName, startDateTime, endDateTime } = body.value.passwordCredential ?? {}
  const startAt = startDateTime ?? c.var.receivedAt
  const endAt = endDateTime ?? yearsAfter(startAt, DEFAULT_YEARS)
  if (endAt <= startAt) return badRequest('Request_BadRequest', 'The end of a secret must be after its start.')
  return { type: 'asked', displayName: displayName ?? '', startAt, endAt }
}

function yearsAfter(at: number, years: number): number {
  const date = new Date(at)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

export function removePassword({ storage }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const opened = await openApplication(storage, c, WRITE)
    if (opened.type === 'refused') return answerRefusal(c, opened)
    const body = await readBody(c.req, removePasswordBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const { tenantId, objectId } = opened.application
    const keyId = body.value.keyId.toLowerCase()
    const removed = await storage.write.directory.removePassword(changeOf(c), tenantId, objectId, keyId)
    if (removed) return c.body(null, 204)
    return answerRefusal(c, badRequest('Request_BadRequest', 'No password credential was found with this keyId.'))
  }
}
