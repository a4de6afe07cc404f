// The trace behind the reference that a refused client was given. Whoever may not read it learns no more than who made the reference
// up.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import type { Storage, StoredDecision } from '../../storage/storage.ts'
import { advise, type AdvisedTrace } from '../../submission/advise.ts'
import { type Caller, dataAction, mayDo, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { authorizeInInstallation } from '../installation.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import { walkOf } from './diagnose-login.ts'
import type { HttpEnv } from '../request-context.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readDecisions)

/** The member of a trace that says who may read it. */
const placedTrace = z.looseObject({ resourceId: z.string().optional() })
/** Written by ourselves; older ones lack members. */
const advisedTrace = z.looseObject({ reason: z.string(), suggestions: z.array(z.looseObject({ text: z.string() })) })

export function readDecision(dependencies: Pick<HttpDependencies, 'storage' | 'requiredActions'>) {
  const { storage } = dependencies
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const reference = c.req.param('reference') ?? ''
    const decision = isReference(reference) ? await findReadableDecision(storage, c.var.caller, reference) : undefined
    if (decision !== undefined) return c.json(await decisionForm(dependencies, reference, decision))
    return answerRefusal(c, notFound('DecisionNotFound', 'There is no such reference, or it may not be read.'))
  }
}

/** In any case, as people type it. */
export const isReference = (text: string): boolean => /^[0-9A-Z]{10}$/i.test(text)

export async function findReadableDecision(
  storage: Storage,
  caller: Caller,
  reference: string,
): Promise<StoredDecision | undefined> {
  const decision = await storage.read.decisions.findDecision(reference.toUpperCase())
  if (decision === undefined) return undefined
  const { resourceId } = placedTrace.parse(JSON.parse(decision.trace))
  return (await mayRead(storage, caller, decision, resourceId)) ? decision : undefined
}

export async function decisionForm(
  dependencies: Pick<HttpDependencies, 'storage' | 'requiredActions'>,
  reference: string,
  { tenantId, at, trace }: StoredDecision,
): Promise<object> {
  const advised = await adviseOn(dependencies, tenantId, placedTrace.parse(JSON.parse(trace)))
  return { reference: reference.toUpperCase(), at: new Date(at).toISOString(), trace: advised }
}

/** The trace as it is kept, with what can be found out now about what to do. A trace without a tenant names nothing to look up. */
async function adviseOn(
  dependencies: Pick<HttpDependencies, 'storage' | 'requiredActions'>,
  tenantId: string | undefined,
  trace: z.output<typeof placedTrace>,
): Promise<object> {
  const advised = advisedTrace.safeParse(trace)
  if (tenantId === undefined || !advised.success) return trace
  const suggestions = await advise(walkOf(dependencies, tenantId), { ...(advised.data as AdvisedTrace), tenantId })
  return { ...trace, suggestions }
}

async function mayRead(
  storage: Storage,
  caller: Caller,
  { tenantId }: StoredDecision,
  resourceId: string | undefined,
): Promise<boolean> {
  if (tenantId !== undefined) return tenantId === caller.tenantId && mayDo(caller, READ, resourceId ?? TENANT_ROOT)
  return (await authorizeInInstallation(storage, caller, READ)) === undefined
}
