// Service principals in Graph's shape, read-only: what turns the client id that people know into the object id that roles are given
// to. Azure: control-plane reference §7.

import type { Context } from 'hono'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { ServicePrincipal } from '../../storage/storage.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { contextUrl } from './applications.ts'
import { objectNotFound, readReference } from './object-reference.ts'

const READ = controlAction(DIRECTORY_ACTIONS.readServicePrincipals)

export function readServicePrincipal({ storage, publicUrl }: Pick<HttpDependencies, 'storage' | 'publicUrl'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const { by, id } = readReference(c)
    const { directory } = storage.read
    const principal =
      by === 'objectId'
        ? await directory.readServicePrincipal(caller.tenantId, id)
        : await directory.findServicePrincipal(caller.tenantId, id)
    if (principal === undefined) return answerRefusal(c, objectNotFound('service principal', id))
    return c.json({ '@odata.context': contextUrl(publicUrl(), 'servicePrincipals/$entity'), ...wireForm(principal) })
  }
}

function wireForm({ objectId, applicationId, tenantId, displayName, accountEnabled }: ServicePrincipal): object {
  return {
    id: objectId,
    deletedDateTime: null,
    accountEnabled,
    appId: applicationId,
    appDisplayName: displayName,
    appOwnerOrganizationId: tenantId,
    displayName,
    servicePrincipalNames: [applicationId],
    servicePrincipalType: 'Application',
    tags: [],
  }
}
