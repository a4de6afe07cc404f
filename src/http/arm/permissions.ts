// What the caller holds on a scope: the blocks of the roles assigned there and above, its own and its groups'. It takes no right, since
// it tells nobody anything but about themselves, and it never looks whether the scope exists. Beside it two answers that are the same
// for everyone: no classic administrators, and no way to elevate oneself. Azure: control-plane reference §6.1, §6.4.

import { z } from 'zod'
import type { AccessFacts } from '../../access/access.ts'
import { narrowToScope } from '../../access/check-access.ts'
import { forbidden } from '../refusal.ts'
import { listOf, ok } from '../responses.ts'
import { type ArmRoute, answer, armRoute } from './arm-route.ts'
import { CLASSIC_ADMINISTRATORS, ELEVATE_ACCESS, PERMISSIONS } from './arm-target.ts'
import { heldPermissionSchema } from './authorization-schemas.ts'

const none = z.object({})
const collection = { shape: 'collection', query: none, body: none } as const

export function permissionRoutes(): readonly ArmRoute[] {
  return [
    armRoute({
      ...collection,
      method: 'GET',
      types: [PERMISSIONS],
      authorizesItself: true,
      response: ok(listOf(heldPermissionSchema)),
      handle: async ({ caller, target }) => answer(200, { value: permissionsOn(caller.access, target.parent) }),
    }),
    armRoute({
      ...collection,
      method: 'GET',
      types: [CLASSIC_ADMINISTRATORS],
      response: ok(listOf(z.never())),
      handle: async () => answer(200, { value: [] }),
    }),
    armRoute({
      ...collection,
      method: 'POST',
      types: [ELEVATE_ACCESS],
      authorizesItself: true,
      response: {},
      handle: async () => NO_ELEVATION,
    }),
  ]
}

/** One entry for each block. What is denied besides is not told: a denial may have exceptions that no block can say. */
function permissionsOn(facts: AccessFacts, scope: string): readonly object[] {
  return narrowToScope(facts, scope)
    .assignments.filter(({ inScope }) => inScope)
    .flatMap(({ role }) => role?.permissions ?? [])
    .map((permission) => ({ ...permission, condition: null, conditionVersion: null }))
}

/** Deviates: in Azure a directory administrator may. Here the directory and the root of the tenant have the same administrators. */
const NO_ELEVATION = forbidden(
  'Access cannot be elevated here: the administrators of the tenant are those with a role assignment at its root. Ask one of them.',
)
