// Which rows a paged list of directory objects takes: those behind an id, by their names where that is asked, and how many.

import type { Page } from '../directory.ts'
import type { Value } from './sql.ts'

/** More than any list has, and a number every engine takes. */
const ALL = 2_147_483_647

/** `condition`: of the object `o`, one `?` for each value. */
export type Selection = { readonly condition: string; readonly values: readonly Value[]; readonly limit: number }

export const one = (condition: string, value: Value): Selection => ({ condition, values: [value], limit: 1 })

/** `names`: the columns in one of which `namePart` has to stand. */
export function pageSelection(names: readonly string[], { after = '', limit = ALL, namePart }: Page = {}): Selection {
  const behind = 'o.object_id > ?'
  const pattern = namePart === undefined ? '' : patternOf(namePart)
  if (pattern === '') return { condition: behind, values: [after], limit }
  const anywhere = names.map((name) => `lower(o.${name}) LIKE ?`).join(' OR ')
  return { condition: `${behind} AND (${anywhere})`, values: [after, ...names.map(() => pattern)], limit }
}

/**
 * Engines disagree about small letters beyond ASCII, so the longest piece that they agree about is looked for. `_` fits more than itself,
 * which loses nothing.
 */
function patternOf(part: string): string {
  const pieces = part.toLowerCase().match(/[a-z0-9 @._+-]+/g) ?? []
  const longest = pieces.toSorted((one, other) => other.length - one.length)[0]
  return longest === undefined ? '' : `%${longest}%`
}
