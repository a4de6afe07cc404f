// Which messages a caller may see or delete, as a query can say it: those of every resource of the tenant, or those of some services.

import { COMMUNICATION_SERVICES } from '../../resources/resource-types.ts'
import type { Storage } from '../../storage/storage.ts'
import { authorize, type Caller, mayDo, type Operation, TENANT_ROOT } from '../authorization.ts'
import type { Refusal } from '../refusal.ts'

/** Without `resourceIds`: every resource of the tenant, those that are gone included. */
export type OpenResources = {
  readonly type: 'open'
  readonly where: { readonly tenantId: string; readonly resourceIds?: readonly string[] }
}

/** Everything takes the right on the root and on each service, since a deny assignment may stand on one. None at all is refused. */
export async function resourcesOpenTo(
  { read }: Pick<Storage, 'read'>,
  caller: Caller,
  operation: Operation,
): Promise<OpenResources | Refusal> {
  const { tenantId } = caller
  const services = await read.resources.listResources({ tenantId, type: COMMUNICATION_SERVICES })
  const resourceIds = services.filter(({ id }) => mayDo(caller, operation, id)).map(({ id }) => id)
  const refusal = authorize(caller, operation, TENANT_ROOT)
  if (refusal === undefined && resourceIds.length === services.length) return { type: 'open', where: { tenantId } }
  if (refusal !== undefined && resourceIds.length === 0) return refusal
  return { type: 'open', where: { tenantId, resourceIds } }
}
