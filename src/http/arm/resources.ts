// Resources over HTTP as they are stored, read-only: one by its id, or those of one type under a scope. What is written is said by the
// file of its type. Azure: control-plane reference §1.4, §5.2, §6.6.

import { z } from 'zod'
import { RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { listOf, ok } from '../responses.ts'
import { pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { resourceAnswer } from './resource-form.ts'
import { listReadable } from './resource-list.ts'
import { resourceSchemas } from './resource-schemas.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'

const none = z.object({})
const types = Object.entries(resourceSchemas)
/** Groups are listed by their own file. */
const listed = types.filter(([type]) => type !== RESOURCE_GROUPS)

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function resourceRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const get = { method: 'GET', body: none } as const
  const items = types.map(([type, schema]) =>
    armRoute({
      ...get,
      types: [type],
      shape: 'item',
      query: none,
      response: ok(schema),
      handle: (request) => read(dependencies, request),
    }),
  )
  const lists = listed.map(([type, schema]) =>
    armRoute({
      ...get,
      types: [type],
      shape: 'collection',
      authorizesItself: true,
      query: pageQuery,
      response: ok(listOf(schema)),
      handle: (request) => listReadable(dependencies, request),
    }),
  )
  return [...items, ...lists]
}

async function read({ storage }: Dependencies, { caller, target }: ArmRequest<object, object>): Promise<ArmAnswer> {
  const resource = await readOwnResource(storage, caller.tenantId, target.id)
  if (resource === undefined) return resourceNotFound(storage, caller.tenantId, target.id)
  return resourceAnswer(200, resource)
}
