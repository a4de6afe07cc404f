// Deny assignments over HTTP: what takes a right away whatever grants it. Deviates: Azure lets only its platform make them; here whoever
// holds `Microsoft.Authorization/denyAssignments/write` on the scope may, as an emergency block, but never one that would keep anybody
// from deleting it: else the owner of one group could lock the administrators of the tenant out of it. All denials of a tenant are read
// at each of its requests, so their number and size are bounded. Azure: control-plane reference §6.1, §6.5.

import { z } from 'zod'
import { type DenyAssignment, EVERYONE, type PrincipalType } from '../../access/access.ts'
import { roleGrants } from '../../access/check-access.ts'
import { comparableScope, scopeChain } from '../../access/scope.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { Storage, StoredDenyAssignment } from '../../storage/storage.ts'
import { controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { type FilterTerm, parseFilter } from '../odata-filter.ts'
import { badMember, badRequest, notFound, type Refusal, refused } from '../refusal.ts'
import { done, listOf, ok, written } from '../responses.ts'
import { pageOf, pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { DENY_ASSIGNMENTS } from './arm-target.ts'
import { denyAssignmentSchema } from './authorization-schemas.ts'
import { stampAfter, stampForm } from './change-stamp.ts'
import { checkConditions, NO_ETAG } from './conditions.ts'
import { checkPermissions, permissionsBody, unsupported } from './permission-body.ts'
import { findPrincipalType } from './principals.ts'
import { carryOut } from './resource-change.ts'
import { checkScopeExists } from './scope-existence.ts'

const none = z.object({})
const listQuery = pageQuery.extend({ $filter: z.string().optional() })
/** Groups are there for more. */
const MAX_PRINCIPALS = 200
/** Of a tenant. */
const MAX_DENY_ASSIGNMENTS = 50
const principals = z.array(z.object({ id: z.string(), type: z.string().nullish() })).max(MAX_PRINCIPALS)
const putBody = z.object({
  properties: z.object({
    denyAssignmentName: z.string().trim().min(1).max(512),
    description: z.string().max(2048).nullish(),
    permissions: permissionsBody.min(1),
    doNotApplyToChildScopes: z.boolean().nullish(),
    principals: principals.min(1),
    excludePrincipals: principals.nullish(),
    isSystemProtected: z.literal(false, { error: 'only the platform protects its own' }).nullish(),
    condition: unsupported('a condition'),
  }),
})

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl' | 'configuredProviders'>
type ListRequest = ArmRequest<z.output<typeof listQuery>, object>
type ItemRequest = ArmRequest<object, object>
type PutProperties = z.output<typeof putBody>['properties']
type PutRequest = ArmRequest<object, z.output<typeof putBody>>

export function denyAssignmentRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const { storage } = dependencies
  const types = [DENY_ASSIGNMENTS]
  const item = { types, shape: 'item', query: none } as const
  return [
    armRoute({
      method: 'GET',
      types,
      shape: 'collection',
      query: listQuery,
      body: none,
      response: ok(listOf(denyAssignmentSchema)),
      handle: (request) => list(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(denyAssignmentSchema),
      handle: (request) => read(storage, request),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: putBody,
      response: written(denyAssignmentSchema),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: { ...ok(denyAssignmentSchema), ...done },
      handle: (request) => remove(storage, request),
    }),
  ]
}

const READ = controlAction(`${DENY_ASSIGNMENTS}/read`)

async function list({ storage, publicUrl }: Dependencies, request: ListRequest): Promise<ArmAnswer> {
  const { caller, target, query } = request
  const terms = parseFilter(query.$filter)
  if (terms === undefined || !terms.every(isListTerm))
    return badRequest('BadRequestFormat', 'The filter is not supported.')
  const atScope = terms.some(({ name }) => name === 'atscope')
  const isInView = (scope: string) =>
    isAtOrAbove(scope, target.parent) || (!atScope && isAtOrAbove(target.parent, scope) && mayDo(caller, READ, scope))
  const listed = (await storage.read.roles.listDenyAssignments(caller.tenantId)).filter(
    (deny) => isInView(deny.scope) && terms.every((term) => term.type === 'call' || fits(deny, term)),
  )
  const shown = await Promise.all(listed.map((deny) => wireForm(storage, caller.tenantId, deny)))
  return pageOf(
    request,
    publicUrl(),
    shown,
    ({ name }) => name,
    (form) => form,
  )
}

function isAtOrAbove(upper: string, lower: string): boolean {
  return scopeChain(lower).includes(comparableScope(upper))
}

function isListTerm(term: FilterTerm): boolean {
  if (term.type === 'call') return term.name === 'atscope' && term.argument === undefined
  return term.name === 'denyassignmentname' || term.name === 'principalid'
}

function fits(deny: DenyAssignment, { name, value }: { readonly name: string; readonly value: string }): boolean {
  if (name === 'principalid') return deny.principals.includes(value.toLowerCase())
  return deny.denyAssignmentName.toLowerCase() === value.toLowerCase()
}

async function read(storage: Storage, { caller, target }: ItemRequest): Promise<ArmAnswer> {
  const deny = await findAt(storage, caller.tenantId, target)
  if (deny !== undefined) return answer(200, await wireForm(storage, caller.tenantId, deny))
  return notFound('DenyAssignmentNotFound', `The deny assignment '${target.name}' is not found.`)
}

async function findAt(
  { read: { roles } }: Storage,
  tenantId: string,
  { name, parent }: ItemRequest['target'],
): Promise<StoredDenyAssignment | undefined> {
  const deny = await roles.readDenyAssignment(tenantId, name)
  return deny !== undefined && comparableScope(deny.scope) === comparableScope(parent) ? deny : undefined
}

async function put(dependencies: Dependencies, request: PutRequest): Promise<ArmAnswer> {
  const { storage } = dependencies
  const { caller, target, change, body, conditions } = request
  const { tenantId } = caller
  return carryOut(storage, request, async () => {
    const missing = await checkScopeExists(storage, tenantId, target)
    if (missing !== undefined) return missing
    const deny = await readDeny(dependencies, tenantId, target, body.properties)
    if ('status' in deny) return deny
    const all = await storage.read.roles.listDenyAssignments(tenantId)
    const stored = all.find(({ name }) => name === deny.name)
    const failed = checkConditions(conditions, stored && NO_ETAG)
    if (failed !== undefined) return failed
    if (stored !== undefined && comparableScope(stored.scope) !== comparableScope(deny.scope))
      return refused(409, 'DenyAssignmentExists', `The deny assignment '${deny.name}' is on another scope.`)
    if (stored === undefined && all.length >= MAX_DENY_ASSIGNMENTS) return LIMIT_EXCEEDED
    const shown = await wireForm(storage, tenantId, { ...deny, ...stampAfter(change, stored) })
    return {
      type: 'plan',
      answer: answer(stored === undefined ? 201 : 200, shown),
      record: ({ roles }) => void roles.putDenyAssignment(change, tenantId, deny),
    }
  })
}

const LIMIT_EXCEEDED = badRequest(
  'DenyAssignmentLimitExceeded',
  `The tenant has ${MAX_DENY_ASSIGNMENTS} deny assignments, which is the most.`,
)

const DELETE = `${DENY_ASSIGNMENTS}/delete`

/** What is blocked can be unblocked, by whoever could before. */
function checkWayBack(deny: Pick<DenyAssignment, 'permissions'>): Refusal | undefined {
  if (!roleGrants(deny, DELETE, 'control')) return undefined
  const message = `Nobody could be sure to delete this deny assignment again. Name '${DELETE}' in 'notActions'.`
  return badMember('properties.permissions', message)
}

async function readDeny(
  dependencies: Dependencies,
  tenantId: string,
  target: ItemRequest['target'],
  properties: PutProperties,
): Promise<DenyAssignment | Refusal> {
  const name = canonicalGuid(target.name)
  if (name === undefined) return badRequest('InvalidDenyAssignmentId', 'The deny assignment name must be a GUID.')
  const { denyAssignmentName, description, permissions } = properties
  const wrong =
    checkPermissions(permissions) ??
    checkWayBack({ permissions }) ??
    (await checkPrincipals(dependencies, tenantId, properties, 'principals')) ??
    (await checkPrincipals(dependencies, tenantId, properties, 'excludePrincipals'))
  if (wrong !== undefined) return wrong
  return {
    name,
    denyAssignmentName,
    description: description ?? '',
    scope: target.parent,
    doNotApplyToChildScopes: properties.doNotApplyToChildScopes ?? false,
    permissions,
    principals: idsOf(properties.principals),
    excludePrincipals: idsOf(properties.excludePrincipals ?? []),
  }
}

/** Each once. */
const idsOf = (given: PutProperties['principals']) => [...new Set(given.map(({ id }) => id.toLowerCase()))]

const SYSTEM_DEFINED = 'SystemDefined'

async function checkPrincipals(
  dependencies: Dependencies,
  tenantId: string,
  properties: PutProperties,
  member: 'principals' | 'excludePrincipals',
): Promise<Refusal | undefined> {
  for (const [index, { id, type }] of (properties[member] ?? []).entries()) {
    const target = `properties.${member}.${index}`
    const principalId = canonicalGuid(id)
    if (principalId === undefined)
      return { ...badRequest('InvalidPrincipalId', 'The principal id must be a GUID, the object id.'), target }
    const found = await declaredKindOf(dependencies, tenantId, principalId, type)
    if (found === undefined) {
      const message = `Principal ${principalId} does not exist in the directory ${tenantId}.`
      return { ...badRequest('PrincipalNotFound', message), target }
    }
    if (type && type.toLowerCase() !== found.toLowerCase())
      return { ...badRequest('UnmatchedPrincipalType', `The principal ${principalId} is of type '${found}'.`), target }
  }
  return undefined
}

async function declaredKindOf(
  dependencies: Dependencies,
  tenantId: string,
  principalId: string,
  declared: string | null | undefined,
): Promise<PrincipalType | typeof SYSTEM_DEFINED | undefined> {
  return principalId === EVERYONE ? SYSTEM_DEFINED : findPrincipalType(dependencies, tenantId, principalId, declared)
}

async function kindOf(
  { read: { roles } }: Storage,
  tenantId: string,
  principalId: string,
): Promise<PrincipalType | typeof SYSTEM_DEFINED | undefined> {
  return principalId === EVERYONE ? SYSTEM_DEFINED : roles.readPrincipalType(tenantId, principalId)
}

async function remove(storage: Storage, { caller, target, change, conditions }: ItemRequest): Promise<ArmAnswer> {
  const found = await findAt(storage, caller.tenantId, target)
  const failed = checkConditions(conditions, found && NO_ETAG)
  if (failed !== undefined) return failed
  const deleted = found && (await storage.write.roles.deleteDenyAssignment(change, caller.tenantId, found.name))
  if (deleted === undefined) return { type: 'no content' }
  return answer(200, await wireForm(storage, caller.tenantId, deleted))
}

/** A principal that is gone keeps its id and loses its type. */
async function wireForm(
  storage: Storage,
  tenantId: string,
  deny: StoredDenyAssignment,
): Promise<{ readonly id: string; readonly type: string; readonly name: string; readonly properties: object }> {
  const { name, scope, denyAssignmentName, description, permissions, doNotApplyToChildScopes, stamp } = deny
  const listed = async (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => ({ id, type: (await kindOf(storage, tenantId, id)) ?? null })))
  return {
    properties: {
      denyAssignmentName,
      description,
      permissions,
      scope,
      doNotApplyToChildScopes,
      principals: await listed(deny.principals),
      excludePrincipals: await listed(deny.excludePrincipals),
      isSystemProtected: false,
      condition: null,
      conditionVersion: null,
      ...stampForm(stamp),
    },
    id: `${scope === '/' ? '' : scope}/providers/${DENY_ASSIGNMENTS}/${name}`,
    type: DENY_ASSIGNMENTS,
    name,
  }
}
