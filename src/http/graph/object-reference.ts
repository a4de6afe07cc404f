// How paths and bodies name objects of the directory: by object id, by client id as `applications(appId='…')` (OData's key syntax with
// an alternate key), or by a URL that ends in an object id. Azure: control-plane reference §7.

import type { Context } from 'hono'
import { z } from 'zod'
import { canonicalGuid } from '../../resources/guid.ts'
import { notFound, type Refusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'

/** `id` is a GUID in lower case, or empty for what is none and finds nothing. */
export function readReference({ req }: Context<HttpEnv>): { readonly by: 'objectId' | 'appId'; readonly id: string } {
  const objectId = req.param('objectId')
  if (objectId !== undefined) return { by: 'objectId', id: canonicalGuid(objectId) ?? '' }
  const [, appId = ''] = /'(.*)'/.exec(req.param('byKey') ?? '') ?? []
  return { by: 'appId', id: canonicalGuid(appId) ?? '' }
}

/** A GUID in the path, in lower case; empty for what is none. */
export const guidParameter = ({ req }: Context<HttpEnv>, name: string): string =>
  canonicalGuid(req.param(name) ?? '') ?? ''

export function objectNotFound(kind: string, id: string): Refusal {
  return notFound('Request_ResourceNotFound', `The ${kind} '${id}' does not exist, or may not be read.`)
}

const OBJECT_URL =
  /^https:\/\/[^/]+\/(?:v1\.0|beta)\/(?:[^/]+\/)?(?:directoryObjects|users|groups|servicePrincipals)(?:\/|\(')([0-9a-f-]{36})(?:'\))?$/i

/** The object id at the end of such a URL. Azure: clients write whatever host they know Graph by. */
export const objectUrl = z.string().transform((text, context) => {
  const id = canonicalGuid(OBJECT_URL.exec(text)?.[1] ?? '')
  if (id !== undefined) return id
  context.addIssue({ code: 'custom', message: 'must be a URL that ends in /directoryObjects/<object id>' })
  return z.NEVER
})

export const objectUrlBody = z.object({ '@odata.id': objectUrl })
