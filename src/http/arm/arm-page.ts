// Lists of Resource Manager in pages: how many at a time, from where, and the absolute link that leads on. The link carries everything
// of the request with it, because clients follow it as it is. Azure: control-plane reference §1.6.

import { z } from 'zod'
import { baseUrlOf } from '../audiences.ts'
import { type ArmAnswer, answer } from './arm-route.ts'

const DEFAULT_SIZE = 100
const MAX_SIZE = 1000

/** Where the page before ended: a key of the list, encoded so that nobody takes it apart. */
const skipToken = z
  .string()
  .max(4096)
  .regex(/^[A-Za-z0-9_-]*$/, 'the token of a nextLink')
  .transform((text) => Buffer.from(text, 'base64url').toString('utf8'))
  .optional()

/** `$top` is the size of a page; the link leads to the others. */
export const pageQuery = z.object({
  $top: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/, 'a whole number from 1')
    .transform((text) => Math.min(Number(text), MAX_SIZE))
    .default(DEFAULT_SIZE),
  $skipToken: skipToken,
})

type PageRequest = { readonly query: z.output<typeof pageQuery>; readonly url: URL }

/** A list that is at hand as a whole, in the order of its keys. */
export function pageOf<Item>(
  { query, url }: PageRequest,
  publicUrl: string,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  form: (item: Item) => object,
): ArmAnswer {
  const after = query.$skipToken
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after)
  const shown = rest.slice(0, query.$top)
  const last = rest.length > shown.length ? shown.at(-1) : undefined
  return answerPage(url, publicUrl, shown.map(form), last && keyOf(last))
}

/** `last` is the key that the next page begins behind; without it this is the last page. */
export function answerPage(url: URL, publicUrl: string, value: readonly object[], last: string | undefined): ArmAnswer {
  if (last === undefined) return answer(200, { value })
  const next = new URLSearchParams(url.searchParams)
  for (const name of [...next.keys()]) if (name.toLowerCase() === '$skiptoken') next.delete(name)
  next.set('$skipToken', Buffer.from(last, 'utf8').toString('base64url'))
  return answer(200, { value, nextLink: `${baseUrlOf(publicUrl)}${url.pathname}?${next.toString()}` })
}
