// The trace behind the reference that a refused client was given. Whoever may not read it learns no more than who made the reference
// up.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import type { Storage, StoredDecision } from '../../storage/storage.ts'
import { type Caller, dataAction, mayDo, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { authorizeInInstallation } from '../installation.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readDecisions)

/** The only member of a trace that is looked at here. */
const placedTrace = z.looseObject({ resourceId: z.string().optional() })

export function readDecision({ storage }: Pick<HttpDependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const reference = (c.req.param('reference') ?? '').toUpperCase()
    const decision = /^[0-9A-Z]{10}$/.test(reference) ? await storage.read.decisions.findDecision(reference) : undefined
    if (decision !== undefined) {
      const trace = placedTrace.parse(JSON.parse(decision.trace))
      if (await mayRead(storage, c.var.caller, decision, trace.resourceId)) {
        return c.json({ reference, at: new Date(decision.at).toISOString(), trace })
      }
    }
    return answerRefusal(c, notFound('DecisionNotFound', 'There is no such reference, or it may not be read.'))
  }
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
