// Quotas: what may be sent by an application, through a communication service or as a domain, and how much of it is left. One is set where
// its subject is: on the resource, or on the application. A quota that is set takes the place of what the configuration says as a whole.
// What an application sends passes through all services, so its quota takes the right on the root of the tenant.

import { z } from 'zod'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import {
  limitName,
  QUOTA_KINDS,
  QUOTA_UNITS,
  QUOTA_WINDOWS,
  type QuotaLimits,
  type QuotaSubject,
  type QuotaUsage,
  sameSubject,
  subjectText,
} from '../../quota/quota.ts'
import { createQuotas, termFor } from '../../quota/quotas.ts'
import { subjectOfResource } from '../../quota/subject-of-resource.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { isSameType } from '../../resources/resource-types.ts'
import type { StoredQuota } from '../../storage/quotas.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { APPLICATION_QUOTAS, QUOTAS } from '../arm/arm-target.ts'
import { readOwnResource, resourceNotFound } from '../arm/scope-existence.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { limitQuery } from '../paging.ts'
import { notFound, type Refusal } from '../refusal.ts'
import { deleted, listOf, named, ok, time, written } from '../responses.ts'

const READ = controlAction(MAIL_ACTIONS.readQuotas)
const WRITE = controlAction(MAIL_ACTIONS.writeQuotas)
const NAME = 'default'
/** More would be no limit, and sums of it stay exact. */
const MOST = 1_000_000_000

const none = z.object({})
const windows = z.strictObject({
  minute: z.int().min(0).max(MOST).optional(),
  hour: z.int().min(0).max(MOST).optional(),
  day: z.int().min(0).max(MOST).optional(),
})
const limits = z.strictObject({ messages: windows.optional(), recipients: windows.optional() })
const putBody = z.object({ properties: z.strictObject({ limits }) })
const listQuery = z.object({ limit: limitQuery, after: z.string().max(2048).optional() })

const schema = named(
  'Quota',
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.object({
      kind: z.enum(QUOTA_KINDS),
      /** Application id, id of the communication service in lower case, or domain. */
      subject: z.string(),
      /** `configuration`: nothing is set, and this is what the configuration says for everybody. */
      origin: z.enum(['api', 'configuration']),
      limits,
      /** Of each limit, in the window that is now. */
      usage: z.array(
        z.object({
          name: z.string(),
          unit: z.enum(QUOTA_UNITS),
          window: z.enum(QUOTA_WINDOWS),
          limit: z.int(),
          used: z.int(),
          remaining: z.int(),
          resetsAt: time,
        }),
      ),
    }),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'clock' | 'publicUrl' | 'quotaDefaults'>
type Request = ArmRequest<object, object>

export function quotaRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [QUOTAS, APPLICATION_QUOTAS], shape: 'item', query: none, authorizesItself: true } as const
  return [
    armRoute({
      method: 'GET',
      types: [QUOTAS],
      shape: 'collection',
      authorizesItself: true,
      query: listQuery,
      body: none,
      response: ok(listOf(schema)),
      handle: (request) => list(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(schema),
      handle: (request) => show(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: putBody,
      response: written(schema),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => remove(dependencies, request),
    }),
  ]
}

type Place = { readonly type: 'place'; readonly subject: QuotaSubject; readonly id: string }

/** Whose quota the path names, for who may do this there. */
async function placeOf(
  { storage }: Dependencies,
  { caller, target }: Request,
  operation: typeof READ,
): Promise<Place | Refusal> {
  const isOfApplication = isSameType(target.type, APPLICATION_QUOTAS)
  const refusal = authorize(caller, operation, isOfApplication ? TENANT_ROOT : target.parent)
  if (refusal !== undefined) return refusal
  if (target.name.toLowerCase() !== NAME) return notFound('QuotaNotFound', `A quota is called '${NAME}'.`)
  if (!isOfApplication) return placeOnResource(storage, caller.tenantId, target.parent)
  const key = canonicalGuid(target.names[0] ?? '')
  const application = key === undefined ? undefined : await storage.read.directory.findApplication(caller.tenantId, key)
  if (key === undefined || application === undefined)
    return notFound('ApplicationNotFound', 'There is no such application.')
  const id = `/providers/Postern.Mail/applications/${key}/quotas/${NAME}`
  return { type: 'place', subject: { kind: 'application', key }, id }
}

async function placeOnResource(
  storage: Dependencies['storage'],
  tenantId: string,
  resourceId: string,
): Promise<Place | Refusal> {
  const resource = await readOwnResource(storage, tenantId, resourceId)
  if (resource === undefined) return resourceNotFound(storage, tenantId, resourceId)
  const subject = subjectOfResource(resource)
  if (subject === undefined)
    return notFound('QuotaNotFound', 'A communication service and a domain have quotas; this resource has none.')
  return { type: 'place', subject, id: `${resource.id}/providers/${QUOTAS}/${NAME}` }
}

/** By subject; what is set, not what the configuration says. */
async function list(
  dependencies: Dependencies,
  { caller, query: { limit, after } }: ArmRequest<z.output<typeof listQuery>, object>,
): Promise<ArmAnswer> {
  const { storage, publicUrl } = dependencies
  const refusal = authorize(caller, READ, TENANT_ROOT)
  if (refusal !== undefined) return refusal
  const window = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
  const stored = await storage.read.quotas.listQuotas({ tenantId: caller.tenantId, ...window })
  const page = stored.slice(0, limit)
  const value = await formsOf(dependencies, caller.tenantId, page.map(placeOfStored), page)
  const last = stored.length > limit ? page.at(-1) : undefined
  if (last === undefined) return answer(200, { value })
  const parameters = new URLSearchParams({ limit: String(limit), after: subjectText(last.subject) })
  return answer(200, { value, nextLink: `${baseUrlOf(publicUrl())}/providers/${QUOTAS}?${parameters.toString()}` })
}

const placeOfStored = ({ subject, target }: StoredQuota): Place => ({ type: 'place', subject, id: target })

async function show(dependencies: Dependencies, request: Request): Promise<ArmAnswer> {
  const place = await placeOf(dependencies, request, READ)
  return place.type === 'refused' ? place : answer(200, await read(dependencies, request, place))
}

async function read(dependencies: Dependencies, { caller: { tenantId } }: Request, place: Place): Promise<object> {
  const stored = await dependencies.storage.read.quotas.findQuotas(tenantId, [place.subject])
  const [form = {}] = await formsOf(dependencies, tenantId, [place], stored)
  return form
}

async function put(
  dependencies: Dependencies,
  request: ArmRequest<object, z.output<typeof putBody>>,
): Promise<ArmAnswer> {
  const place = await placeOf(dependencies, request, WRITE)
  if (place.type === 'refused') return place
  const { caller, change, body } = request
  const isNew = await dependencies.storage.write.quotas.putQuota(change, {
    tenantId: caller.tenantId,
    subject: place.subject,
    limits: body.properties.limits,
    target: place.id,
    changedAt: change.at,
    changedBy: change.principalId,
  })
  return answer(isNew ? 201 : 200, await read(dependencies, request, place))
}

/** What the configuration says holds again. */
async function remove(dependencies: Dependencies, request: Request): Promise<ArmAnswer> {
  const place = await placeOf(dependencies, request, WRITE)
  if (place.type === 'refused') return place
  const { caller, change } = request
  const isGone = await dependencies.storage.write.quotas.deleteQuota(change, caller.tenantId, place.subject)
  return { type: 'no content', status: isGone ? 200 : 204 }
}

/** One for each place; `stored`: what is set there. */
async function formsOf(
  { storage, clock, quotaDefaults = {} }: Dependencies,
  tenantId: string,
  places: readonly Place[],
  stored: readonly StoredQuota[],
): Promise<readonly object[]> {
  const terms = places.map(({ subject, id }) => {
    const set = stored.find((quota) => sameSubject(quota.subject, subject))
    return { id, isSet: set !== undefined, ...termFor(subject, set?.limits, quotaDefaults) }
  })
  const usages = await createQuotas(storage.read.quotas).readUsages(tenantId, terms, clock.now())
  return terms.map(({ id, isSet, subject, limits }) => ({
    id,
    name: NAME,
    type: subject.kind === 'application' ? APPLICATION_QUOTAS : QUOTAS,
    properties: {
      kind: subject.kind,
      subject: subject.key,
      origin: isSet ? 'api' : 'configuration',
      limits: limitsForm(limits),
      usage: usages.filter(({ limit }) => sameSubject(limit.subject, subject)).map(usageForm),
    },
  }))
}

/** Every unit, so that programs find it. */
const limitsForm = ({ messages = {}, recipients = {} }: QuotaLimits): object => ({ messages, recipients })

const usageForm = ({ limit, used, retryAt }: QuotaUsage): object => ({
  name: limitName(limit),
  unit: limit.unit,
  window: limit.window,
  limit: limit.limit,
  used,
  remaining: Math.max(0, limit.limit - used),
  resetsAt: new Date(retryAt).toISOString(),
})
