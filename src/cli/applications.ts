// Applications and their service principals through Graph: found by name, made, and how they are undone. Azure: control-plane
// reference §7: the application holds the secrets, the service principal is who gets roles.

import { z } from 'zod'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'

const application = z.object({ id: z.string(), appId: z.string(), displayName: z.string() })
const applicationList = z.object({ value: z.array(application) })
const servicePrincipal = z.object({ id: z.string() })
export type ApplicationAnswer = z.infer<typeof application>

export type MadeApplication = {
  readonly type: 'application'
  readonly application: ApplicationAnswer
  readonly body: unknown
}
export type Principal = { readonly type: 'principal'; readonly id: string; readonly made: boolean }

export async function createApplication(api: Api, displayName: string): Promise<MadeApplication | Failure> {
  const answer = await api.call('POST', '/v1.0/applications', {}, { displayName })
  if (answer.type === 'failed') return answer
  const parsed = application.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the new application')
  return { type: 'application', application: parsed.data, body: answer.body }
}

/** The service principal of an application, made where it is missing. */
export async function ensureServicePrincipal(api: Api, appId: string): Promise<Principal | Failure> {
  const there = await api.call('GET', `/v1.0/servicePrincipals(appId='${appId}')`)
  const missing = there.type === 'failed' && there.status === 404
  const answer = missing ? await api.call('POST', '/v1.0/servicePrincipals', {}, { appId }) : there
  if (answer.type === 'failed') return answer
  const parsed = servicePrincipal.safeParse(answer.body)
  return parsed.success
    ? { type: 'principal', id: parsed.data.id, made: missing }
    : unexpectedAnswer('the service principal')
}

export type ApplicationList = {
  readonly type: 'applications'
  readonly applications: readonly ApplicationAnswer[]
  readonly body: unknown
}

export async function listApplications(api: Api, filter: string | undefined): Promise<ApplicationList | Failure> {
  const answer = await api.list('/v1.0/applications', { $filter: filter })
  if (answer.type === 'failed') return answer
  const parsed = applicationList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('applications')
  return { type: 'applications', applications: parsed.data.value, body: answer.body }
}

const newPassword = z.object({ keyId: z.string(), secretText: z.string(), endDateTime: z.string() })
export type NewPassword = {
  readonly type: 'password'
  readonly password: z.infer<typeof newPassword>
  readonly body: unknown
}

/** A new client secret, shown this once. What is left out of the request the server chooses. */
export async function addPassword(
  api: Api,
  objectId: string,
  passwordCredential: { readonly displayName?: string; readonly endDateTime?: string },
): Promise<NewPassword | Failure> {
  const answer = await api.call('POST', `/v1.0/applications/${objectId}/addPassword`, {}, { passwordCredential })
  if (answer.type === 'failed') return answer
  const parsed = newPassword.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the new secret')
  return { type: 'password', password: parsed.data, body: answer.body }
}

/** The same for a device password. */
export async function addDevicePassword(
  api: Api,
  objectId: string,
  asked: { readonly displayName?: string; readonly endDateTime?: string; readonly network?: string },
): Promise<NewPassword | Failure> {
  const path = `/providers/Postern.Mail/applications/${objectId}/devicePassword`
  const answer = await api.call('POST', path, {}, asked)
  if (answer.type === 'failed') return answer
  const parsed = newPassword.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the new device password')
  return { type: 'password', password: parsed.data, body: answer.body }
}

/** Text in an OData filter. */
export function odataText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
