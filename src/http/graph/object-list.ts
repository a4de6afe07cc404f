// Lists of objects of several kinds, given by their ids: members, owners, what is owned. In pages by object id; only what is shown is
// read. Azure: control-plane reference §7.

import type { z } from 'zod'
import { badRequest, type Refusal } from '../refusal.ts'
import { directoryObjectForm } from './graph-forms.ts'
import { listBody, listQuery } from './graph-list.ts'
import { contextUrl, type GraphCall } from './graph-route.ts'
import { baseUrlOf } from '../audiences.ts'

/** What is left of the query of a list where nothing can be looked for. */
export const idListQuery = listQuery.omit({ $filter: true, $search: true })
export type IdListCall = GraphCall<unknown, z.output<typeof idListQuery>>

/** The answer with objects of any kind. */
export type ShowObjects<Query> = (
  call: GraphCall<unknown, Query>,
  objectIds: readonly string[],
) => Response | Promise<Response | Refusal>

/** `objectIds` are sorted. */
export async function listObjectsById(call: IdListCall, objectIds: readonly string[]): Promise<Response | Refusal> {
  const { $top, $skiptoken, $filter, $search, $count } = call.query
  if ($filter !== undefined || $search !== undefined)
    return badRequest('Request_UnsupportedQuery', 'This list cannot be filtered.')
  const after = $skiptoken?.toLowerCase() ?? ''
  const rest = objectIds.filter((id) => id > after)
  const shown = rest.slice(0, $top)
  const found = await call.directory.readObjects(call.caller.tenantId, shown)
  return listBody(call, {
    set: 'directoryObjects',
    forms: found.map((one) => directoryObjectForm(call.caller, one)),
    last: rest.length > $top ? shown.at(-1) : undefined,
    ...($count === 'true' && after === '' ? { count: objectIds.length } : {}),
  })
}

/** `…/$ref`: their addresses alone. */
export function listReferences({ c, dependencies }: GraphCall, objectIds: readonly string[]): Response {
  const base = baseUrlOf(dependencies.publicUrl())
  return c.json({
    '@odata.context': contextUrl(dependencies, 'Collection($ref)'),
    value: objectIds.map((id) => ({ '@odata.id': `${base}/v1.0/directoryObjects/${id}` })),
  })
}
