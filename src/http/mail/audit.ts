// The audit log of a tenant, newest first: who changed what, on which scope, from what to what, by which request. What is private in it
// is guarded by a data action on the scope that is asked; at the root of the tenant it holds everything, the directory included.

import { z } from 'zod'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import type { AuditEntry, AuditQuery } from '../../storage/storage.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { AUDIT_EVENTS } from '../arm/arm-target.ts'
import { checkScopeExists } from '../arm/scope-existence.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, dataAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { limitQuery } from '../paging.ts'
import { listOf, named, ok, time } from '../responses.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readAudit)

const moment = z.iso
  .datetime({ offset: true, error: 'a date and time such as 2030-01-31T00:00:00Z' })
  .transform(Date.parse)
const place = z
  .string()
  .regex(/^[0-9]{1,15}-[0-9]{1,9}$/, 'the name of an event')
  .transform((text) => {
    const [at = 0, ordinal = 0] = text.split('-').map(Number)
    return { at, ordinal }
  })

const query = z.object({
  limit: limitQuery,
  before: place.optional(),
  from: moment.optional(),
  to: moment.optional(),
  operation: z.string().optional(),
  /** What was changed, or what that is below; it may be gone. */
  target: z.string().min(1).max(2048).optional(),
  principalId: z.string().optional(),
})

const auditEvent = named(
  'AuditEvent',
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.object({
      at: time,
      principalId: z.string(),
      operation: z.string(),
      target: z.string(),
      requestId: z.string(),
      correlationId: z.string().nullable(),
      before: z.unknown(),
      after: z.unknown(),
    }),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function auditRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const route = { method: 'GET', types: [AUDIT_EVENTS], shape: 'collection', authorizesItself: true } as const
  const response = ok(listOf(auditEvent))
  return [armRoute({ ...route, query, body: z.object({}), response, handle: (request) => list(dependencies, request) })]
}

async function list(
  { storage, publicUrl }: Dependencies,
  { caller, target, query: { limit, ...filter }, url }: ArmRequest<z.output<typeof query>, object>,
): Promise<ArmAnswer> {
  const refusal = authorize(caller, READ, target.parent) ?? (await checkScopeExists(storage, caller.tenantId, target))
  if (refusal !== undefined) return refusal
  const asked: AuditQuery = { ...defined(filter), scope: target.parent }
  const entries = await storage.read.audit.listAudit(caller.tenantId, limit + 1, asked)
  const page = entries.slice(0, limit)
  const last = page.at(-1)
  const value = page.map(wireForm)
  if (entries.length <= limit || last === undefined) return answer(200, { value })
  const parameters = new URLSearchParams(url.search)
  parameters.set('before', nameOf(last))
  return answer(200, { value, nextLink: `${baseUrlOf(publicUrl())}${url.pathname}?${parameters.toString()}` })
}

/** The port tells what is absent from what is undefined. */
function defined({
  operation,
  target,
  principalId,
  from,
  to,
  before,
}: Omit<z.output<typeof query>, 'limit'>): AuditQuery {
  return {
    ...(operation === undefined ? {} : { operation }),
    ...(target === undefined ? {} : { target: target.replace(/(?<=.)\/+$/, '') }),
    ...(principalId === undefined ? {} : { principalId: principalId.toLowerCase() }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(before === undefined ? {} : { before }),
  }
}

const nameOf = ({ at, ordinal }: AuditEntry): string => `${at}-${ordinal}`

function wireForm(entry: AuditEntry): object {
  const { at, principalId, operation, target, requestId, correlationId, before, after } = entry
  const name = nameOf(entry)
  return {
    id: `/providers/${AUDIT_EVENTS}/${name}`,
    name,
    type: AUDIT_EVENTS,
    properties: {
      at: new Date(at).toISOString(),
      principalId,
      operation,
      target,
      requestId,
      correlationId: correlationId ?? null,
      before: before ?? null,
      after: after ?? null,
    },
  }
}
