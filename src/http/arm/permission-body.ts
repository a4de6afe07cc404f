// The permission blocks of a role or a deny assignment as they are written: every operation must be one that there is, a pattern may
// hold one star, and a condition is refused rather than ignored. All of it is read again at each request that it bears upon, so it has a
// size. Azure: control-plane reference §6.2, §6.9.

import { z } from 'zod'
import type { ActionKind, Permission } from '../../access/access.ts'
import { isGrantable } from '../../access/operation-catalogue.ts'
import { badRequest, type Refusal } from '../refusal.ts'

/** For members that would change what is granted if they were overlooked. */
export const unsupported = (what: string) => z.null({ error: `${what} is not supported` }).optional()

const MAX_BLOCKS = 10
/** Of all blocks together: more operations than there are, and patterns as long as most operations are. */
const MAX_PATTERNS = 500
const MAX_LENGTH = 32 * 1024

const patterns = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])

const permission = z
  .object({
    actions: patterns,
    notActions: patterns,
    dataActions: patterns,
    notDataActions: patterns,
    condition: unsupported('a condition'),
  })
  .transform(
    ({ actions, notActions, dataActions, notDataActions }): Permission => ({
      actions,
      notActions,
      dataActions,
      notDataActions,
    }),
  )

export const permissionsBody = z
  .array(permission)
  .max(MAX_BLOCKS)
  .refine(isOfBoundedSize, `at most ${MAX_PATTERNS} actions in all blocks together, of ${MAX_LENGTH} characters`)

function isOfBoundedSize(permissions: readonly Permission[]): boolean {
  const all = permissions.flatMap((block) => PARTS.flatMap(([part]) => block[part]))
  return all.length <= MAX_PATTERNS && all.join('').length <= MAX_LENGTH
}

const PARTS: readonly (readonly [part: keyof Permission, kind: ActionKind])[] = [
  ['actions', 'control'],
  ['notActions', 'control'],
  ['dataActions', 'data'],
  ['notDataActions', 'data'],
]

/** Names the first operation that there is not. */
export function checkPermissions(permissions: readonly Permission[]): Refusal | undefined {
  for (const [index, permission] of permissions.entries()) {
    for (const [part, kind] of PARTS) {
      const wrong = permission[part].find((pattern) => !isGrantable(pattern, kind))
      if (wrong !== undefined) return unknownOperation(wrong, kind, `properties.permissions.${index}.${part}`)
    }
  }
  return undefined
}

function unknownOperation(pattern: string, kind: ActionKind, target: string): Refusal {
  const stars = pattern.split('*').length - 1
  const reason = stars > 1 ? 'holds more than one wildcard' : `does not match any of the ${kind} operations there are`
  const message = `'${pattern.slice(0, 512)}' ${reason}. The catalogue is at /providers/Microsoft.Authorization/providerOperations.`
  return { ...badRequest('InvalidActionOrNotAction', message), target }
}
