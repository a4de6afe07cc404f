// How fast each destination is sent to. They are shared by all tenants, and what a server said may name somebody's recipient, so they are
// the installation's to see.

import type { Context } from 'hono'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import type { DestinationState } from '../../storage/storage.ts'
import { controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { authorizeInInstallation } from '../installation.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { readQuery } from '../validation.ts'
import { destinationsQuery } from './queue-schemas.ts'

const READ = controlAction(MAIL_ACTIONS.readQueue)
export const DESTINATIONS_PATH = '/providers/Postern.Mail/destinations'

/** The most troubled, in one page: they are forgotten soon. */
export function listDestinations({ storage }: Pick<HttpDependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller, provenAt: at } = c.var
    const query = readQuery(c.req.url, destinationsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const refusal = await authorizeInInstallation(storage, caller, READ)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const rows = await storage.read.destinations.listDestinations({ at, limit: query.value.limit })
    return c.json({ value: rows.map((row) => destinationForm(row, at)) })
  }
}

function destinationForm({ permits, pausedUntil, updatedAt, ...state }: DestinationState, at: number): object {
  return {
    ...state,
    connections: permits,
    pausedUntil: pausedUntil > at ? new Date(pausedUntil).toISOString() : undefined,
    updatedAt: new Date(updatedAt).toISOString(),
  }
}
