// What was refused, newest first, to whoever may read decisions: of the tenant, or of the communication services they may read them of.
// What names no tenant at all is the installation's. Why something was refused, step by step, is told one by one (decisions.ts).

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import type { ListedDecision } from '../../storage/storage.ts'
import { dataAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { authorizeInInstallation } from '../installation.ts'
import { limitQuery } from '../paging.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readQuery } from '../validation.ts'
import { decisionSubject } from './mail-schemas.ts'
import { nextLink, present } from './queue-forms.ts'
import { guid } from './queue-schemas.ts'
import { resourcesOpenTo } from './readable-scopes.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readDecisions)
export const DECISIONS_PATH = '/providers/Postern.Mail/decisions'

const place = z
  .string()
  .regex(/^[0-9]{1,15}-[0-9A-Z]{10}$/, 'the before of a nextLink')
  .transform((text) => {
    const [at = '', reference = ''] = text.split('-')
    return { at: Number(at), reference }
  })

export const decisionsQuery = z.object({
  stage: decisionSubject.stage.optional(),
  reason: z.string().max(64).optional(),
  applicationId: guid.optional(),
  since: z.iso.datetime({ offset: true }).transform(Date.parse).optional(),
  limit: limitQuery,
  before: place.optional(),
})

export const decisionSummarySchema = named(
  'DecisionSummary',
  z.object({
    reference: z.string(),
    at: time,
    /** References that lead to it: equal attempts that came together are told once. */
    attempts: z.int(),
    ...decisionSubject,
  }),
)

export function listDecisions({ storage, publicUrl }: Pick<HttpDependencies, 'storage' | 'publicUrl'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, decisionsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const { caller } = c.var
    const open = await resourcesOpenTo(storage, caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const withTenantless = (await authorizeInInstallation(storage, caller, READ)) === undefined
    const { limit, ...filter } = present(query.value)
    const asked = { ...open.where, ...filter, withTenantless, limit: limit + 1 }
    const rows = await storage.read.decisions.listDecisions(asked)
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    const next = last && `${last.at}-${last.reference}`
    return c.json({ value: page.map(summaryForm), ...nextLink(c.req.url, publicUrl(), DECISIONS_PATH, next) })
  }
}

/** Of a trace that we wrote, at some time. */
const subject = z.object(decisionSubject).partial()

function summaryForm({ reference, at, attempts, trace }: ListedDecision): object {
  return { reference, at: new Date(at).toISOString(), attempts, ...subject.parse(JSON.parse(trace)) }
}
