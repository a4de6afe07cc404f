// `GET /providers/Postern.Mail/credentialDevices`: which devices used the credentials of an application in the last day, for whoever is
// about to take one away. A device is what can be told apart: a network, and at the SMTP door a username.

import type { Context } from 'hono'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { DEVICE_AGE } from '../../storage/credentials.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readQuery } from '../validation.ts'
import { present } from './queue-forms.ts'
import { guid } from './queue-schemas.ts'

const READ = controlAction(DIRECTORY_ACTIONS.readApplications)
export const CREDENTIAL_DEVICES_PATH = '/providers/Postern.Mail/credentialDevices'
const MOST = 100

export const credentialDevicesQuery = z.object({
  applicationId: guid,
  /** Of one credential: its `keyId`, as the list of credentials has it. */
  keyId: z.string().min(1).max(256).optional(),
  /** With one SMTP username. */
  username: z.string().min(1).max(1024).optional(),
})

export const credentialDevicesSchema = named(
  'CredentialDevices',
  z.object({
    since: time,
    /** False: there may be more devices than are listed. */
    isComplete: z.boolean(),
    /** Who used it last comes first. Without a username: somebody got a token. */
    value: z.array(z.object({ network: z.string(), username: z.string().nullable(), lastUsedAt: time })),
  }),
)

export function listCredentialDevices({ storage, clock }: Pick<HttpDependencies, 'storage' | 'clock'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const query = readQuery(c.req.url, credentialDevicesQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const since = clock.now() - DEVICE_AGE
    const asked = { tenantId: caller.tenantId, ...present(query.value), since, limit: MOST }
    const { devices, isComplete } = await storage.read.credentials.listDevices(asked)
    const value = devices.map(({ network, username = null, lastUsedAt }) => ({
      network,
      username,
      lastUsedAt: new Date(lastUsedAt).toISOString(),
    }))
    return c.json({ since: new Date(since).toISOString(), isComplete, value })
  }
}
