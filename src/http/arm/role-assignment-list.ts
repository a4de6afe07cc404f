// The list of role assignments that hold on a scope or below it, filtered, in pages: those of one role stand together. A page costs what
// it shows, however many assignments the tenant has. Azure: control-plane reference §6.3.

import { z } from 'zod'
import type { RoleAssignment } from '../../access/access.ts'
import { scopeChain } from '../../access/scope.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { ROOT_SCOPE } from '../../resources/resource-id.ts'
import type { RoleAssignmentQuery, Storage, StoredRoleAssignment } from '../../storage/storage.ts'
import { type Caller, controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { parseFilter } from '../odata-filter.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { answerPage, pageQuery } from './arm-page.ts'
import type { ArmAnswer, ArmRequest } from './arm-route.ts'
import { ROLE_ASSIGNMENTS } from './arm-target.ts'
import { stampForm } from './change-stamp.ts'
import { roleDefinitionIdAt } from './role-definitions.ts'

const READ = controlAction(`${ROLE_ASSIGNMENTS}/read`)
/** Rows read at a time where some are not shown. */
const CHUNK = 500

export const roleAssignmentsQuery = pageQuery.extend({ $filter: z.string().optional() })

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type Request = ArmRequest<z.output<typeof roleAssignmentsQuery>, object>

/** What is above grants here and is shown to whoever may read here; what is below needs the right there. */
export async function listRoleAssignments(
  { storage, publicUrl }: Dependencies,
  { caller, target, query, url }: Request,
): Promise<ArmAnswer> {
  const filter = await readFilter(storage, caller.tenantId, query.$filter)
  if (filter.type === 'refused') return filter
  const { atScope, tests, narrow } = filter
  const above = scopeChain(target.parent)
  const selection: RoleAssignmentQuery = { ...narrow, at: above, ...(atScope ? {} : { under: target.parent }) }
  const isInView = viewOf(caller, above)
  const found: StoredRoleAssignment[] = []
  for (let after = placeOf(query.$skipToken); found.length <= query.$top; ) {
    const rows = await storage.read.roles.listRoleAssignments(caller.tenantId, {
      ...selection,
      ...(after && { after }),
      limit: CHUNK,
    })
    found.push(...rows.filter((row) => tests.every((fits) => fits(row)) && isInView(row.scope)))
    after = rows.at(-1)
    if (rows.length < CHUNK) break
  }
  const shown = found.slice(0, query.$top)
  const last = found.length > shown.length ? shown.at(-1) : undefined
  return answerPage(url, publicUrl(), shown.map(roleAssignmentForm), last && `${last.roleDefinitionName} ${last.name}`)
}

function placeOf(token: string | undefined): RoleAssignmentQuery['after'] {
  if (token === undefined) return undefined
  const [roleDefinitionName = '', name = ''] = token.split(' ')
  return { roleDefinitionName, name }
}

/** Each scope is asked about once. */
function viewOf(caller: Caller, above: readonly string[]): (scope: string) => boolean {
  const known = new Map<string, boolean>(above.map((scope) => [scope, true]))
  return (scope) => {
    const key = scopeChain(scope)[0] ?? ''
    const isSeen = known.get(key) ?? mayDo(caller, READ, scope)
    known.set(key, isSeen)
    return isSeen
  }
}

type Test = (assignment: RoleAssignment) => boolean

/** `atScope` leaves out what is below; `narrow` is what the store can look up, and lets through whatever passes the tests. */
type ListFilter = {
  readonly type: 'filter'
  readonly atScope: boolean
  readonly tests: readonly Test[]
  readonly narrow: Pick<RoleAssignmentQuery, 'principalIds' | 'roleDefinitionName'>
}

// A list in brackets becomes an equality of its own. Azure: knows no more than `principalId eq`, `assignedTo` and `atScope`.
const IN_LIST = /principalId\s+in\s*\(\s*'([^']*)'((?:\s*,\s*'[^']*')*)\s*\)/gi

async function readFilter(
  { read: { roles } }: Storage,
  tenantId: string,
  text: string | undefined,
): Promise<ListFilter | Refusal> {
  const tests: Test[] = []
  let narrow: ListFilter['narrow'] = {}
  let atScope = false
  const rewritten = text?.replace(IN_LIST, (_all, first: string, more: string) => {
    return `principalIdIn eq '${first}${more.replace(/[\s']/g, '')}'`
  })
  const ofPrincipals = (principalIds: readonly string[]) => {
    tests.push(({ principalId }) => principalIds.includes(principalId))
    narrow = { ...narrow, principalIds }
  }
  for (const term of parseFilter(rewritten) ?? [undefined]) {
    if (term?.type === 'call' && term.name === 'assignedto' && term.argument !== undefined) {
      const { principalId, groupIds } = await roles.readAccessFacts(tenantId, guidOf(term.argument))
      ofPrincipals([principalId, ...groupIds])
    } else if (term?.type === 'call' && term.name === 'atscope' && term.argument === undefined) {
      atScope = true
    } else if (term?.type === 'equals' && (term.name === 'principalid' || term.name === 'principalidin')) {
      ofPrincipals(term.value.split(',').map(guidOf))
    } else if (term?.type === 'equals' && term.name === 'principaltype') {
      const wanted = term.value.toLowerCase()
      tests.push(({ principalType }) => principalType.toLowerCase() === wanted)
    } else if (term?.type === 'equals' && term.name === 'roledefinitionid') {
      const wanted = guidOf(term.value.split('/').at(-1) ?? '')
      tests.push(({ roleDefinitionName }) => roleDefinitionName === wanted)
      narrow = { ...narrow, roleDefinitionName: wanted }
    } else {
      return badRequest('BadRequestFormat', 'The filter is not supported.')
    }
  }
  return { type: 'filter', atScope, tests, narrow }
}

const guidOf = (text: string) => canonicalGuid(text) ?? ''

export function roleAssignmentForm(assignment: StoredRoleAssignment): object {
  const { name, scope, roleDefinitionName, principalId, principalType, description, stamp } = assignment
  const base = scope === ROOT_SCOPE ? '' : scope
  return {
    properties: {
      roleDefinitionId: roleDefinitionIdAt(scope, roleDefinitionName),
      principalId,
      principalType,
      scope,
      description: description ?? null,
      condition: null,
      conditionVersion: null,
      ...stampForm(stamp),
    },
    id: `${base}/providers/${ROLE_ASSIGNMENTS}/${name}`,
    type: ROLE_ASSIGNMENTS,
    name,
  }
}
