// Suppressed addresses of a tenant: whom its mail no longer goes to, because they bounced or because somebody said so. They are of no
// resource, so the rights on them are those on the root of the tenant. The lists of domains are resources and are not here.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import { isMailAddress } from '../../resources/mail-address.ts'
import type { Suppression } from '../../storage/suppressions.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { limitQuery } from '../paging.ts'
import { answerRefusal, badMember, badRequest, notFound, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readBody, readQuery } from '../validation.ts'

const READ = controlAction(MAIL_ACTIONS.readSuppressions)
const WRITE = controlAction(MAIL_ACTIONS.writeSuppressions)
const DELETE = controlAction(MAIL_ACTIONS.deleteSuppressions)
export const SUPPRESSIONS_PATH = '/providers/Postern.Mail/suppressions'

export const suppressionsQuery = z.object({ limit: limitQuery, after: z.string().max(1024).optional() })
export const suppressionBody = z.strictObject({
  /** For whoever wonders later. */
  detail: z.string().max(500).default(''),
  /** Without it until somebody removes it. */
  expiresAt: z.iso.datetime({ offset: true }).transform(Date.parse).optional(),
})

export const suppressionSchema = named(
  'Suppression',
  z.object({
    address: z.string(),
    reason: z.enum(['hard bounce', 'operator']),
    detail: z.string(),
    /** The message that bounced. */
    messageId: z.guid().optional(),
    createdAt: time,
    expiresAt: time.optional(),
    bounces: z.int(),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function listSuppressions({ storage, publicUrl }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller, provenAt: at } = c.var
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const query = readQuery(c.req.url, suppressionsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const { limit, after } = query.value
    const window = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
    const { tenantId } = caller
    const rows = await storage.read.suppressions.listSuppressions({ tenantId, at, ...window })
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1)?.address : undefined
    return c.json({ value: page.map(suppressionForm), ...nextLink(publicUrl(), limit, last) })
  }
}

function nextLink(publicUrl: string, limit: number, after: string | undefined): object {
  if (after === undefined) return {}
  const parameters = new URLSearchParams({ limit: String(limit), after })
  return { nextLink: `${baseUrlOf(publicUrl)}${SUPPRESSIONS_PATH}?${parameters.toString()}` }
}

export function readSuppression({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller, provenAt } = c.var
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const address = addressInPath(c.req.url)
    if (typeof address !== 'string') return answerRefusal(c, address)
    const found = await storage.read.suppressions.readSuppression(caller.tenantId, address, provenAt)
    if (found !== undefined) return c.json(suppressionForm(found))
    return answerRefusal(c, notFound('SuppressionNotFound', 'The address is not suppressed.'))
  }
}

/** What an operator says takes the place of a bounce. */
export function putSuppression({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { tenantId } = c.var.caller
    const refusal = authorize(c.var.caller, WRITE, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const address = addressInPath(c.req.url)
    if (typeof address !== 'string') return answerRefusal(c, address)
    const body = readBody(c, suppressionBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const { detail, expiresAt } = body.value
    const change = changeOf(c)
    if (expiresAt !== undefined && expiresAt <= change.at) return answerRefusal(c, OVER)
    const before = await storage.read.suppressions.readSuppression(tenantId, address, change.at)
    const end = expiresAt === undefined ? {} : { expiresAt }
    const stated = { tenantId, address, reason: 'operator', detail, createdAt: change.at, bounces: 0, ...end } as const
    await storage.write.suppressions.putSuppression(change, stated)
    const stored = await storage.read.suppressions.readSuppression(tenantId, address, change.at)
    return c.json(suppressionForm(stored ?? stated), before === undefined ? 201 : 200)
  }
}

const OVER = badMember('expiresAt', 'The member must be in the future.')

export function deleteSuppression({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const refusal = authorize(caller, DELETE, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const address = addressInPath(c.req.url)
    if (typeof address !== 'string') return answerRefusal(c, address)
    const isGone = await storage.write.suppressions.deleteSuppression(changeOf(c), caller.tenantId, address)
    return c.body(null, isGone ? 200 : 204)
  }
}

function addressInPath(url: string): string | Refusal {
  const encoded = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    const address = decodeURIComponent(encoded)
    if (isMailAddress(address)) return address
  } catch {
    // Not the encoding of anything.
  }
  return badRequest('InvalidRequestContent', 'The last part of the path must be an e-mail address.')
}

function suppressionForm({ address, reason, detail, queueId, createdAt, expiresAt, bounces }: Suppression): object {
  return {
    address,
    reason,
    detail,
    messageId: queueId,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    bounces,
  }
}
