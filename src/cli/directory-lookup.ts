// From the identifiers people have to the ones the directory wants. An application has an object id and an application (client) id,
// its service principal a third; a command takes whichever is at hand. Azure: Graph `applications(appId='…')`, `servicePrincipals(appId='…')`.

import { z } from 'zod'
import type { Api } from './api.ts'
import { type Failure, failed, misused } from './failure.ts'

const passwordCredential = z.object({
  keyId: z.string(),
  customKeyIdentifier: z.string().nullish(),
  displayName: z.string().nullish(),
  hint: z.string().nullish(),
  startDateTime: z.string(),
  endDateTime: z.string(),
})
const application = z.object({
  id: z.string(),
  appId: z.string(),
  displayName: z.string(),
  passwordCredentials: z.array(passwordCredential),
})
const servicePrincipal = z.object({ id: z.string() })

export type PasswordCredential = z.infer<typeof passwordCredential>
export type FoundApplication = {
  readonly type: 'application'
  readonly application: z.infer<typeof application>
  /** As the API gave it. */
  readonly body: unknown
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function isGuid(text: string): boolean {
  return GUID.test(text)
}

/** `id` is an application id or an object id of an application. */
export async function findApplication(api: Api, id: string): Promise<FoundApplication | Failure> {
  if (!isGuid(id))
    return misused(
      `${id} is neither an application id nor an object id.`,
      'Give a GUID, for instance the middle part of the SMTP username.',
    )
  const byApplicationId = await api.call('GET', `/v1.0/applications(appId='${id}')`)
  const isOther = byApplicationId.type === 'failed' && byApplicationId.status === 404
  const answer = isOther ? await api.call('GET', `/v1.0/applications/${id}`) : byApplicationId
  if (answer.type === 'failed') return answer
  const parsed = application.safeParse(answer.body)
  if (parsed.success) return { type: 'application', application: parsed.data, body: answer.body }
  return unexpectedAnswer(`application ${id}`)
}

export type Assignee = {
  readonly type: 'assignee'
  readonly principalId: string
  readonly principalType?: 'ServicePrincipal'
}

/** `id` is an application id, or the object id of any principal: what no application has is taken for the latter. */
export async function resolveAssignee(api: Api, id: string): Promise<Assignee | Failure> {
  if (!isGuid(id)) return misused(`${id} is neither an application id nor an object id.`, 'Give --assignee a GUID.')
  const answer = await api.call('GET', `/v1.0/servicePrincipals(appId='${id}')`)
  // Somebody who may assign roles need not be allowed to read the directory; the server checks the id again when it is used.
  if (answer.type === 'failed')
    return answer.status === 404 || answer.status === 403 ? { type: 'assignee', principalId: id } : answer
  const parsed = servicePrincipal.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(`service principal of ${id}`)
  return { type: 'assignee', principalId: parsed.data.id, principalType: 'ServicePrincipal' }
}

/** The server answered with something that is not what was asked for. */
export function unexpectedAnswer(what: string): Failure {
  return failed(
    `The answer of the server about ${what} is not understood.`,
    'Use a `postern` of the same version as the server.',
  )
}
