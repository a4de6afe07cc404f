// What a route answers when it has done what it was asked, by status, as data. Nothing is checked by it while serving: it is what the
// document of the API says, and what a test holds every real answer against.

import { z } from 'zod'

type MediaType = { readonly mediaType: string; readonly schema?: z.ZodType }

/** JSON that fits a schema, text or octets of another media type, or no body at all. */
export type Content = z.ZodType | MediaType | 'empty'

/** Refusals are the same for all routes of a surface and are not told here. */
export type Responses = { readonly [status in 200 | 201 | 202 | 204 | 302 | 503]?: Content }

/** The schemas that the document keeps once, by their names there. */
export const schemaNames = z.registry<{ readonly id: string }>()

/** Whoever generates code from the document gets a type of this name. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  schemaNames.add(schema, { id })
  return schema
}

export const ok = (content: Content): Responses => ({ 200: content })
export const created = (content: Content): Responses => ({ 201: content })
/** Of a PUT: changed, or made. */
export const written = (content: Content): Responses => ({ 200: content, 201: content })
/** Done, and nothing to show for it. */
export const done: Responses = { 204: 'empty' }
/** Deleted, or not there in the first place. */
export const deleted: Responses = { 200: 'empty', 204: 'empty' }

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ value: z.array(item), nextLink: z.url().optional() })

export const time = z.iso.datetime()
