// Lists in pages, newest first: how many, from where, and the absolute link to the next page. Azure: control-plane reference §1.6.

import { z } from 'zod'
import { baseUrlOf } from './audiences.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000

export const limitQuery = z
  .string()
  .regex(/^[0-9]{1,4}$/, 'a whole number from 1 to 1000')
  .transform(Number)
  .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, 'a whole number from 1 to 1000')
  .default(DEFAULT_LIMIT)

/** `before` is the id that the page before ended with. */
export const pageQuery = z.object({ limit: limitQuery, before: z.guid().optional() })
export type PageQuery = z.output<typeof pageQuery>

/** One row more than is shown is read, to know whether there is a next page. */
export async function readPage<Row>(
  { limit, before }: PageQuery,
  read: (window: { readonly limit: number; readonly before?: string }) => Promise<readonly Row[]>,
): Promise<{ readonly rows: readonly Row[]; readonly more: boolean }> {
  const rows = await read({ limit: limit + 1, ...(before === undefined ? {} : { before: before.toLowerCase() }) })
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

/** The body of a list. `last` is the id of the last row that was read, shown or not. */
export function pageBody(
  value: readonly object[],
  next: {
    readonly publicUrl: string
    readonly path: string
    readonly limit: number
    readonly last: string | undefined
  },
): object {
  if (next.last === undefined) return { value }
  return { value, nextLink: `${baseUrlOf(next.publicUrl)}${next.path}?limit=${next.limit}&before=${next.last}` }
}
