// Pages through rows of a tenant, newest first, over all of its resources or some of them. Ids sort by age. Each resource's rows lie
// together in an index (tenant_id, resource_key, id), so a page costs a short walk per resource, never a scan of the tenant.

import { resourceKey } from '../../spool/stored-message.ts'
import { allArrays, type Sql } from './sql.ts'

/** A table with such an index, and the name of its id. */
export type PagedTable =
  | { readonly table: 'messages'; readonly id: 'queue_id' }
  | { readonly table: 'captures'; readonly id: 'capture_id' }

export type PageQuery = {
  readonly tenantId: string
  /** Undefined: every resource of the tenant, those that are gone included. */
  readonly resourceIds?: readonly string[] | undefined
  readonly limit: number
  readonly before?: string | undefined
}

/** Sorts behind every id. */
const AFTER_ALL = 'g'

/** Ids of one page. To be called inside a snapshot together with whatever reads their rows. */
export function* newestIds({ table, id }: PagedTable, query: PageQuery): Sql<readonly string[]> {
  const { tenantId, limit, before = AFTER_ALL } = query
  const walk = `SELECT ${id} FROM ${table} WHERE tenant_id = ? AND resource_key = ? AND ${id} < ? ORDER BY ${id} DESC LIMIT ?`
  const ids: string[] = []
  for (const key of new Set(query.resourceIds?.map(resourceKey) ?? (yield* resourceKeysOf(table, tenantId))))
    for (const [found] of yield* allArrays<[string]>(walk, tenantId, key, before, limit)) ids.push(found)
  return ids.sort().reverse().slice(0, limit)
}

/** Each resource key once, by leaping through the index from one to the next. */
export function* resourceKeysOf(table: PagedTable['table'], tenantId: string): Sql<readonly string[]> {
  const next = (after: string) =>
    `SELECT min(resource_key) FROM ${table} WHERE tenant_id = ? AND resource_key > ${after}`
  const rows = yield* allArrays<[string]>(
    `WITH RECURSIVE keys (resource_key) AS (
         SELECT (${next("''")})
         UNION ALL
         SELECT (${next('keys.resource_key')}) FROM keys WHERE keys.resource_key IS NOT NULL
       )
       SELECT resource_key FROM keys WHERE resource_key IS NOT NULL`,
    tenantId,
    tenantId,
  )
  return rows.map(([key]) => key)
}
