// The members that every tracked resource has at its top: location and tags, with their rules. Any region of Azure is a location here,
// and none means anything: nothing runs there. Azure: control-plane reference §4.2, §4.3.

import { z } from 'zod'
import { isKnownLocation, isSameLocation } from '../../resources/locations.ts'
import type { Resource } from '../../resources/resource.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'

const MAX_TAGS = 50

/** Names are compared without regard to case. */
export const tags = z
  .record(
    z
      .string()
      .min(1)
      .max(512)
      .regex(/^[^<>%&\\?/\p{Cc}]+$/u, 'a tag name has none of < > % & \\ ? /'),
    z.string().max(256),
  )
  .refine((given) => Object.keys(given).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
  .refine(
    (given) => new Set(Object.keys(given).map((name) => name.toLowerCase())).size === Object.keys(given).length,
    'two tags have the same name',
  )

/** Of a PUT and of a PATCH; a PUT must have a location. */
export const trackedMembers = {
  location: z.string().max(100).nullish(),
  tags: tags.nullish(),
}

/** What a PUT makes of the tags: those that were sent, and none without. */
export const tagsOf = (given: z.output<typeof tags> | null | undefined): Pick<Resource, 'tags'> =>
  given ? { tags: given } : {}

/** As written when it is made; the same place ever after. */
export function readLocation(
  given: string | null | undefined,
  stored: Resource | undefined,
): { readonly type: 'location'; readonly location: string } | Refusal {
  if (!given) return { ...badRequest('LocationRequired', "The 'location' property is required."), target: 'location' }
  if (stored?.location !== undefined) {
    return checkSameLocation(given, stored) ?? { type: 'location', location: stored.location }
  }
  if (isKnownLocation(given)) return { type: 'location', location: given }
  const message = `'${given.slice(0, 100)}' is not available: use 'global' or the name of an Azure region.`
  return { ...badRequest('LocationNotAvailableForResourceType', message), target: 'location' }
}

/** A location that a change repeats must be the one that is stored. */
export function checkSameLocation(given: string | null | undefined, stored: Resource): Refusal | undefined {
  if (!given || stored.location === undefined || isSameLocation(given, stored.location)) return undefined
  const message = `The resource '${stored.name}' is in location '${stored.location}', which cannot be changed.`
  return { ...refused(409, 'InvalidResourceLocation', message), target: 'location' }
}

/** The refusal of another value than the one that is stored; an absent one keeps it. */
export function checkUnchanged(target: string, given: string | null | undefined, stored: unknown): Refusal | undefined {
  if (!given || (typeof stored === 'string' && stored.toLowerCase() === given.toLowerCase())) return undefined
  const message = `Changing the property '${target}' is not allowed.`
  return { ...refused(409, 'PropertyChangeNotAllowed', message), target }
}
