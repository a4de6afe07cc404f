// Members of directory objects that nothing here depends on: taken as they are given, within a size, and shown as they were. Null takes
// one away. Any member that is not listed is refused, so that a typing error does not vanish.

import { z } from 'zod'
import type { Facts } from '../../storage/storage.ts'
import { badRequest, type Refusal } from '../refusal.ts'

/** Octets of JSON of all facts of one object. */
const MAX_SIZE = 64 * 1024

export const shortText = z.string().max(256)
export const longText = z.string().max(1024)
export const displayName = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => name.trim() !== '' && !/\p{Cc}/u.test(name), 'must not be blank or hold control characters')

/** A shape in which each of these may be anything. */
export function freeMembers<const Name extends string>(
  names: readonly Name[],
): Record<Name, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    Name,
    z.ZodOptional<z.ZodUnknown>
  >
}

/** What the object is told from now on. */
export function mergeFacts(before: Facts, told: Facts): { readonly type: 'facts'; readonly facts: Facts } | Refusal {
  const merged = Object.entries({ ...before, ...told }).filter(([, value]) => value !== null && value !== undefined)
  const facts = Object.fromEntries(merged)
  if (Buffer.byteLength(JSON.stringify(facts)) > MAX_SIZE)
    return badRequest(
      'Request_BadRequest',
      `The object is too large: its descriptive members have at most ${MAX_SIZE} octets.`,
    )
  return { type: 'facts', facts }
}
