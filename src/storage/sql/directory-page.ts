// The two values a paged list of directory objects ends with: the id to go on after, and how many.

import type { Page } from '../directory.ts'

/** More than any list has, and a number every engine takes. */
const ALL = 2_147_483_647

export function pageValues({ after = '', limit = ALL }: Page = {}): [after: string, limit: number] {
  return [after, limit]
}
