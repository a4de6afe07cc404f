// Lists of directory objects: filtered, searched, counted, and in pages by object id with an absolute link to the next. What a filter
// names by keys is looked up, and what is in a name the store looks for; anything else is found by going through the tenant's objects page
// by page. Azure: control-plane reference §7; OData 4.01 protocol §11.2.6.

import { z } from 'zod'
import type { DirectoryReader, Page } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { type Choice, parseGraphFilter, parseSearch } from './graph-filter.ts'
import { contextUrl, type GraphCall, selected, type WireForm } from './graph-route.ts'

export type ObjectSet<Row extends { readonly objectId: string }> = {
  readonly name: 'applications' | 'servicePrincipals' | 'groups' | 'users'
  readonly form: (row: Row) => WireForm
  /** Members that may be filtered by and searched in. */
  readonly filterable: readonly string[]
  /** Those of them that the store looks for texts in, all at once. */
  readonly names: readonly string[]
  readonly list: (directory: DirectoryReader, tenantId: string, page: Page) => Promise<readonly Row[]>
  /** Looks up one object by a member that is unique, in lower case. */
  readonly find: Readonly<
    Record<string, (directory: DirectoryReader, tenantId: string, value: string) => Promise<Row | undefined>>
  >
}

const DEFAULT_TOP = 100
const MAX_TOP = 999
/** Rows read at first, and at a time while searching. */
const FIRST_SIZE = 101
const SCAN_SIZE = 500

const notSupported = z.never('is not supported').optional()
const unsupported = { $orderby: notSupported, $expand: notSupported, $skip: notSupported }

export const listQuery = z.looseObject({
  $top: z
    .string()
    .regex(/^[0-9]{1,4}$/, 'a whole number from 1 to 999')
    .transform(Number)
    .refine((top) => top >= 1 && top <= MAX_TOP, 'a whole number from 1 to 999')
    .default(DEFAULT_TOP),
  $skiptoken: z.guid().optional(),
  $filter: z.string().optional(),
  $search: z.string().optional(),
  $select: z.string().optional(),
  $count: z.enum(['true', 'false']).default('false'),
  ...unsupported,
})
export type ListQuery = z.output<typeof listQuery>

export const countQuery = listQuery.pick({ $filter: true, $search: true }).extend(unsupported)
type CountQuery = z.output<typeof countQuery>

export async function listObjects<Row extends { readonly objectId: string }>(
  call: GraphCall<unknown, ListQuery>,
  set: ObjectSet<Row>,
): Promise<Response | Refusal> {
  const source = readSource(call, set)
  if (source.type === 'refused') return source
  const { $top, $skiptoken, $count } = call.query
  const found: Row[] = []
  for await (const row of source.rows($skiptoken?.toLowerCase())) {
    found.push(row)
    if (found.length > $top) break
  }
  // Azure: the first page alone tells how many there are.
  const count = $count === 'true' && $skiptoken === undefined ? await countRows(source) : undefined
  const shown = found.slice(0, $top)
  const last = found.length > $top ? shown.at(-1)?.objectId : undefined
  return listBody(call, { set: set.name, forms: shown.map(set.form), last, ...(count === undefined ? {} : { count }) })
}

/** `/applications/$count`: a bare number. */
export async function countObjects<Row extends { readonly objectId: string }>(
  call: GraphCall<unknown, CountQuery>,
  set: ObjectSet<Row>,
): Promise<Response | Refusal> {
  const source = readSource(call, set)
  return source.type === 'refused' ? source : call.c.text(String(await countRows(source)))
}

/** `last` is the id to go on after; it becomes part of the link, with everything else that was asked. */
export function listBody(
  { c, dependencies }: Pick<GraphCall, 'c' | 'dependencies'>,
  page: {
    readonly set: string
    readonly forms: readonly WireForm[]
    readonly last?: string | undefined
    readonly count?: number
  },
): Response {
  const asked = new URL(c.req.url)
  asked.searchParams.set('$skiptoken', page.last ?? '')
  const link = `${baseUrlOf(dependencies.publicUrl())}${asked.pathname}${asked.search}`
  return c.json({
    '@odata.context': contextUrl(dependencies, page.set),
    ...(page.count === undefined ? {} : { '@odata.count': page.count }),
    ...(page.last === undefined ? {} : { '@odata.nextLink': link }),
    value: page.forms.map((form) => selected(form, c.req.query('$select'))),
  })
}

type Source<Row> = {
  readonly type: 'source'
  /** Those that are asked for, by object id. */
  readonly rows: (after: string | undefined) => AsyncIterable<Row>
}

function readSource<Row extends { readonly objectId: string }>(
  { directory, caller: { tenantId }, query: { $filter, $search } }: GraphCall<unknown, CountQuery>,
  set: ObjectSet<Row>,
): Source<Row> | Refusal {
  const filter = parseGraphFilter($filter, set.filterable)
  if (filter === undefined) {
    const members = set.filterable.join(', ')
    return badRequest('Request_UnsupportedQuery', `The filter is not understood. Members to filter by: ${members}.`)
  }
  const search = $search === undefined ? filter : parseSearch($search, set.filterable)
  if (search === undefined)
    return badRequest('Request_BadRequest', 'The search is not understood. It has the form "displayName:text".')
  const isWanted = (row: Row) => {
    const form = set.form(row)
    return filter.matches(form) && search.matches(form)
  }
  const keys = filter.choices.find((choice) => choice.every(([name]) => Object.hasOwn(set.find, name)))
  const namePart = [...filter.parts, ...search.parts].find(({ members }) =>
    members.every((name) => set.names.includes(name)),
  )?.text
  const all =
    keys === undefined
      ? scan(set, directory, tenantId, namePart === undefined ? {} : { namePart })
      : lookup(set, directory, tenantId, keys)
  return { type: 'source', rows: (after) => filtered(all(after), isWanted) }
}

function scan<Row extends { readonly objectId: string }>(
  set: ObjectSet<Row>,
  directory: DirectoryReader,
  tenantId: string,
  named: Pick<Page, 'namePart'>,
) {
  return async function* (after = ''): AsyncIterable<Row> {
    // Few at first: most lists show one page.
    for (let from = after, limit = FIRST_SIZE; ; limit = SCAN_SIZE) {
      const rows = await set.list(directory, tenantId, { ...named, after: from, limit })
      yield* rows
      if (rows.length < limit) return
      from = rows.at(-1)?.objectId ?? ''
    }
  }
}

function lookup<Row extends { readonly objectId: string }>(
  set: ObjectSet<Row>,
  directory: DirectoryReader,
  tenantId: string,
  keys: Choice,
) {
  return async function* (after = ''): AsyncIterable<Row> {
    const found = new Map<string, Row>()
    for (const [name, value] of keys) {
      const row = await set.find[name]?.(directory, tenantId, value.toLowerCase())
      if (row !== undefined && row.objectId > after) found.set(row.objectId, row)
    }
    yield* [...found.values()].toSorted((one, other) => (one.objectId < other.objectId ? -1 : 1))
  }
}

async function* filtered<Row>(rows: AsyncIterable<Row>, isWanted: (row: Row) => boolean): AsyncIterable<Row> {
  for await (const row of rows) if (isWanted(row)) yield row
}

async function countRows(source: Source<unknown>): Promise<number> {
  let count = 0
  for await (const _ of source.rows(undefined)) count += 1
  return count
}
