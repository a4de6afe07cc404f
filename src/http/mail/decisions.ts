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
    const reference = (c.req.param('reference') ?? '').toUpperCase()
    const decision = /^[0-9A-Z]{10}$/.test(reference) ? await storage.read.decisions.findDecision(reference) : undefined
    if (decision !== undefined) {
      const trace = placedTrace.parse(JSON.parse(decision.trace))
      if (await mayRead(storage, c.var.caller, decision, trace.resourceId)) {
        const advised = await adviseOn(dependencies, decision.tenantId, trace)
        return c.json({ reference, at: new Date(decision.at).toISOString(), trace: advised })
      }
    }
    return answerRefusal(c, notFound('DecisionNotFound', 'There is no such reference, or it may not be read.'))
  }
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
