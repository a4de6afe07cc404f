// What proves the applications of a tenant, when each was used last and from where, and which are to be looked after: more than Graph has
// members for. Whoever may read the applications may read this; no value of a secret is in it, nor a hash.

import type { Context } from 'hono'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { findSuccessor, unusedSince } from '../../events/credential-standing.ts'
import type { ApplicationCredentials, CredentialLife, Storage } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { limitQuery } from '../paging.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readQuery } from '../validation.ts'

const READ = controlAction(DIRECTORY_ACTIONS.readApplications)
export const CREDENTIALS_PATH = '/providers/Postern.Mail/credentials'

/** A page is so many applications with everything they have; `after` is the object id of the last one before. */
export const credentialsQuery = z.object({
  limit: limitQuery,
  after: z.guid().optional(),
  applicationId: z.guid().optional(),
})

export const credentialSchema = named(
  'Credential',
  z.object({
    kind: z.enum(['password', 'device-password', 'certificate', 'federated']),
    keyId: z.string(),
    displayName: z.string().nullable(),
    hint: z.string().nullable(),
    startDateTime: time.nullable(),
    endDateTime: time.nullable(),
    ofServicePrincipal: z.boolean(),
    applicationId: z.guid(),
    applicationObjectId: z.guid(),
    applicationName: z.string(),
    lastUse: z
      .object({ at: time, network: z.string(), door: z.enum(['smtp', 'token']), username: z.string().nullable() })
      .nullable(),
    /** Nobody has used it since, as far as is known. */
    unusedSince: time.nullable(),
    /** A newer one, beside which this one is still used. */
    supersededBy: z.string().nullable(),
  }),
)

export function listCredentials({
  storage,
  publicUrl,
  clock,
}: Pick<HttpDependencies, 'storage' | 'publicUrl' | 'clock'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const query = readQuery(c.req.url, credentialsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const { applications, next } = await readApplications(storage, caller.tenantId, query.value)
    const at = clock.now()
    const value = applications.flatMap((application) =>
      application.credentials.map((credential) => wireForm(application, credential, at)),
    )
    if (next === undefined) return c.json({ value })
    const { limit } = query.value
    const nextLink = `${baseUrlOf(publicUrl())}${CREDENTIALS_PATH}?limit=${limit}&after=${next}`
    return c.json({ value, nextLink })
  }
}

async function readApplications(
  { read: { credentials } }: Storage,
  tenantId: string,
  { limit, after, applicationId }: z.output<typeof credentialsQuery>,
): Promise<{ readonly applications: readonly ApplicationCredentials[]; readonly next?: string | undefined }> {
  if (applicationId !== undefined) {
    const found = await credentials.findCredentials(tenantId, applicationId.toLowerCase())
    return { applications: found === undefined ? [] : [found] }
  }
  const from = after === undefined ? {} : { after: after.toLowerCase() }
  const rows = await credentials.listCredentials(tenantId, { limit: limit + 1, ...from })
  const applications = rows.slice(0, limit)
  return { applications, next: rows.length > limit ? applications.at(-1)?.objectId : undefined }
}

function wireForm(application: ApplicationCredentials, credential: CredentialLife, at: number): object {
  const { kind, keyId, displayName, hint, startAt, endAt, ofServicePrincipal, lastUse } = credential
  return {
    kind,
    keyId,
    displayName: displayName || null,
    hint: hint || null,
    startDateTime: isoTime(startAt),
    endDateTime: isoTime(endAt),
    ofServicePrincipal,
    applicationId: application.applicationId,
    applicationObjectId: application.objectId,
    applicationName: application.displayName,
    lastUse: lastUse === undefined ? null : { username: null, ...lastUse, at: isoTime(lastUse.at) },
    unusedSince: isoTime(unusedSince(credential, application.usesSince)),
    supersededBy: findSuccessor(credential, application.credentials, at)?.keyId ?? null,
  }
}

const isoTime = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())
