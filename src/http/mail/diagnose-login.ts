// `POST /providers/Postern.Mail/diagnoseLogin`: whether a device with this user name may send, and what is missing. Who may read the
// decisions of the communication service that is named may ask; a name that is not of the caller's tenant is as good as none.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import { authorityOf } from '../../identity/provider-settings.ts'
import { createQuotas } from '../../quota/quotas.ts'
import type { Mailbox } from '../../smtp/events.ts'
import { diagnoseLogin, withinTenant } from '../../submission/diagnose-login.ts'
import { tokenServicePatience } from '../../submission/faults.ts'
import { resolveLogin } from '../../submission/login.ts'
import type { LoginWalk } from '../../submission/verdict.ts'
import { authorize, dataAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { readBody } from '../validation.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readDecisions)

export const DIAGNOSE_PATH = '/providers/postern.mail/diagnoselogin'

const ADDRESS = /^([^\p{Cc}]{1,64})@([^\s@\p{Cc}]{1,255})$/u

export const diagnosisQuestion = z.object({
  username: z.string().min(1).max(512),
  from: z.string().regex(ADDRESS, 'it must be an address').optional(),
})

type Dependencies = Pick<
  HttpDependencies,
  'storage' | 'clock' | 'requiredActions' | 'configuredProviders' | 'quotaDefaults' | 'findFaults' | 'submission'
>

type WalkDependencies = Pick<Dependencies, 'storage' | 'requiredActions'> &
  Partial<Pick<Dependencies, 'quotaDefaults' | 'findFaults' | 'submission'>>

/** What a walk of a login reads for this caller. */
export function walkOf(
  { storage, requiredActions, quotaDefaults, findFaults, submission }: WalkDependencies,
  tenantId: string,
): LoginWalk {
  const { grantDelays } = submission ?? {}
  const { directory, resources, roles } = storage.read
  const sendingQuotas = createQuotas(storage.read.quotas, quotaDefaults)
  return {
    directory,
    roles,
    resources: withinTenant(resources, tenantId),
    options: { requiredActions },
    sendingQuotas,
    ...(findFaults && { findFaults }),
    ...(grantDelays && { grantDelays }),
  }
}

export function answerDiagnosis(dependencies: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const question = readBody(c, diagnosisQuestion)
    if (question.type === 'refused') return answerRefusal(c, question)
    const { caller } = c.var
    const walk = walkOf(dependencies, caller.tenantId)
    const { username, from } = question.value
    const login = await resolveLogin(walk.resources, username)
    const refusal = authorize(caller, READ, login.service?.id ?? TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const at = dependencies.clock.now()
    const sender = from === undefined ? undefined : mailboxOf(from)
    const remoteProvider = await findRemoteProvider(dependencies, caller.tenantId)
    const diagnosis = await diagnoseLogin(walk, {
      tenantId: caller.tenantId,
      username,
      at,
      patience: tokenServicePatience(dependencies.submission.options.rejectAfter),
      ...(sender && { sender }),
      ...(remoteProvider !== undefined && { remoteProvider }),
    })
    const { secretEndsAt, ...shown } = diagnosis
    const end = secretEndsAt === undefined ? {} : { secretEndsAt: new Date(secretEndsAt).toISOString() }
    return c.json({ ...shown, ...end, at: new Date(at).toISOString() })
  }
}

/** What it is called; the configuration file counts before what is stored. */
async function findRemoteProvider(
  { storage, configuredProviders }: Dependencies,
  tenantId: string,
): Promise<string | undefined> {
  const configured = configuredProviders.get(tenantId)
  if (configuredProviders.has(tenantId)) return configured && authorityOf(configured)
  const { settings } = await storage.read.directory.readIdentityProvider(tenantId)
  const { provider } = (settings ?? {}) as { readonly provider?: unknown }
  return typeof provider === 'string' && provider !== 'embedded' ? `the ${provider} provider of the tenant` : undefined
}

function mailboxOf(address: string): Mailbox {
  const at = address.lastIndexOf('@')
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) }
}
