// The roles of which one must stay assigned at the root of a tenant, or nobody in it could give anybody a role again. Custom roles are
// never assigned there. The store refuses what would take the last one away; here it is said in words.

import { builtInRoles } from '../access/built-in-roles.ts'
import { roleGrants } from '../access/check-access.ts'
import { ROLE_ASSIGNMENTS } from './arm/arm-target.ts'
import { badRequest } from './refusal.ts'

export const ADMINISTRATOR_ROLES = builtInRoles
  .filter((role) => roleGrants(role, `${ROLE_ASSIGNMENTS}/write`, 'control'))
  .map(({ name }) => name)

/** Graph's refusal of a change that would leave nobody who holds one of them and can sign in. */
export const lastAdministrator = badRequest(
  'Request_BadRequest',
  'This would leave no service principal that can sign in and administer the tenant. ' +
    'Assign an administrator role at the root of the tenant (scope /) to another service principal first.',
)
