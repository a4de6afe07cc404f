// The user that a path names.

import { canonicalGuid } from '../../resources/guid.ts'
import type { User } from '../../storage/storage.ts'
import type { Refusal } from '../refusal.ts'
import type { GraphCall } from './graph-route.ts'
import { objectNotFound } from './object-reference.ts'

/** By object id or by name. */
export function findUser({
  c,
  caller,
  directory,
}: Pick<GraphCall, 'c' | 'caller' | 'directory'>): Promise<User | undefined> {
  const key = c.req.param('objectId') ?? ''
  const objectId = canonicalGuid(key)
  return objectId === undefined
    ? directory.findUser(caller.tenantId, key)
    : directory.readUser(caller.tenantId, objectId)
}

export const userMissing = ({ c }: Pick<GraphCall, 'c'>): Refusal =>
  objectNotFound('user', c.req.param('objectId') ?? '')
