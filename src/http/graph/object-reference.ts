// How a path names one object of the directory: by its object id, or by its client id as `applications(appId='…')`. The second is
// OData's key syntax with an alternate key. Azure: control-plane reference §7.

import type { Context } from 'hono'
import { canonicalGuid } from '../../resources/guid.ts'
import { notFound, type Refusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'

/** The paths of one object, in lower case as every path is matched. */
export function objectPaths(set: string): readonly string[] {
  return [`/v1.0/${set}/:objectId`, `/v1.0/:byKey{${set}\\(appid='[^']*'\\)}`]
}

/** `id` is a GUID in lower case, or empty for what is none and finds nothing. */
export function readReference({ req }: Context<HttpEnv>): { readonly by: 'objectId' | 'appId'; readonly id: string } {
  const objectId = req.param('objectId')
  if (objectId !== undefined) return { by: 'objectId', id: canonicalGuid(objectId) ?? '' }
  const [, appId = ''] = /'(.*)'/.exec(req.param('byKey') ?? '') ?? []
  return { by: 'appId', id: canonicalGuid(appId) ?? '' }
}

export function objectNotFound(kind: string, id: string): Refusal {
  return notFound('Request_ResourceNotFound', `The ${kind} '${id}' does not exist, or may not be read.`)
}
