// Resources over HTTP as they are stored, read-only: one by its id, or those of one type under a scope. What is written is said by the
// file of its type. Azure: control-plane reference §1.4, §5.2, §6.6.

import { z } from 'zod'
import { COMMUNICATION_SERVICES, DOMAINS, EMAIL_SERVICES, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import { SENDER_USERNAMES, SMTP_USERNAMES } from '../../resources/resource-types.ts'
import { SUPPRESSION_LIST_ADDRESSES, SUPPRESSION_LISTS } from '../../resources/resource-types.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { resourceAnswer } from './resource-form.ts'
import { listReadable } from './resource-list.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'

const none = z.object({})
const LISTED = [
  COMMUNICATION_SERVICES,
  SMTP_USERNAMES,
  EMAIL_SERVICES,
  DOMAINS,
  SENDER_USERNAMES,
  SUPPRESSION_LISTS,
  SUPPRESSION_LIST_ADDRESSES,
]

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function resourceRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const get = { method: 'GET', body: none } as const
  return [
    armRoute({
      ...get,
      types: [RESOURCE_GROUPS, ...LISTED],
      shape: 'item',
      query: none,
      handle: (request) => read(dependencies, request),
    }),
    armRoute({
      ...get,
      types: LISTED,
      shape: 'collection',
      authorizesItself: true,
      query: pageQuery,
      handle: (request) => listReadable(dependencies, request),
    }),
  ]
}

async function read({ storage }: Dependencies, { caller, target }: ArmRequest<object, object>): Promise<ArmAnswer> {
  const resource = await readOwnResource(storage, caller.tenantId, target.id)
  if (resource === undefined) return resourceNotFound(storage, caller.tenantId, target.id)
  return resourceAnswer(200, resource)
}
