// The tenant itself, and what it has none of. Azure: control-plane reference §7.

import { z } from 'zod'
import type { Refusal } from '../refusal.ts'
import { ok } from '../responses.ts'
import { anyCaller, contextUrl, entity, type GraphCall, graphRoute, selectQuery, type WireForm } from './graph-route.ts'
import { organizationSchema, wholeListOf } from './graph-schemas.ts'
import { guidParameter, objectNotFound } from './object-reference.ts'

async function readTenant({ caller: { tenantId }, directory }: GraphCall): Promise<WireForm> {
  const tenant = await directory.readTenant(tenantId)
  return {
    id: tenantId,
    deletedDateTime: null,
    displayName: tenant?.displayName ?? null,
    tenantType: 'AAD',
    assignedPlans: [],
    businessPhones: [],
    countryLetterCode: null,
    provisionedPlans: [],
    technicalNotificationMails: [],
    verifiedDomains: [],
  }
}

async function readOrganization(call: GraphCall): Promise<Response | Refusal> {
  const id = guidParameter(call.c, 'objectId')
  return id === call.caller.tenantId
    ? entity(call, 'organization', await readTenant(call))
    : objectNotFound('organization', id)
}

export const tenantRoutes = [
  graphRoute('GET', '/organization', {
    summary: 'Read the tenant, as a list of one',
    right: anyCaller,
    response: ok(wholeListOf(organizationSchema)),
    handle: async (call) =>
      call.c.json({
        '@odata.context': contextUrl(call.dependencies, 'organization'),
        value: [await readTenant(call)],
      }),
  }),
  graphRoute('GET', '/organization/{objectId}', {
    summary: 'Read the tenant',
    right: anyCaller,
    query: selectQuery,
    response: ok(organizationSchema),
    handle: readOrganization,
  }),
  graphRoute('GET', '/oauth2PermissionGrants', {
    summary: 'List delegated permissions: there are none',
    right: anyCaller,
    response: ok(wholeListOf(z.never())),
    handle: async ({ c, dependencies }) =>
      c.json({ '@odata.context': contextUrl(dependencies, 'oauth2PermissionGrants'), value: [] }),
  }),
]
