// Sender usernames: the local parts that mail of a domain may come from. Azure: control-plane reference §5.8.
// Deviates: a managed domain takes more of them as well.

import { z } from 'zod'
import type { RandomOctets } from '../../identity/client-secret.ts'
import { lookupKeyOf } from '../../resources/lookup-key.ts'
import { isSameResource } from '../../resources/resource-id.ts'
import { DEFAULT_SENDER_USERNAME, isResourceName, SENDER_USERNAMES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, refused } from '../refusal.ts'
import { deleted, written } from '../responses.ts'
import { type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { childOf, type DecideChild, putChild } from './child-resource.ts'
import { deleteStored, stampResource } from './resource-change.ts'
import { resourceSchemas } from './resource-schemas.ts'

const none = z.object({})
const body = z.object({
  properties: z.object({ username: z.string(), displayName: z.string().max(256).nullish() }),
})
type Body = z.output<typeof body>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random'>

export function senderUsernameRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [SENDER_USERNAMES], shape: 'item', query: none } as const
  return [
    armRoute({
      ...item,
      method: 'PUT',
      body,
      response: written(resourceSchemas[SENDER_USERNAMES]),
      handle: (request) => putChild(dependencies, request, SENDER_USERNAMES, decide(dependencies, request)),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => deleteStored(dependencies.storage, request),
    }),
  ]
}

function decide({ storage }: Dependencies, { caller, target, body }: ArmRequest<object, Body>): DecideChild {
  const { username, displayName } = body.properties
  return async (domain) => {
    if (!isResourceName(SENDER_USERNAMES, username)) {
      return badMember('properties.username', 'The user name must be the local part of an e-mail address, unquoted.')
    }
    const { tenantId } = caller
    const others = await storage.read.resources.listResources({ tenantId, under: domain.id, type: SENDER_USERNAMES })
    const twin = others.find((other) => lookupKeyOf(other) === username.toLowerCase())
    if (twin !== undefined && !isSameResource(twin.id, target.id)) {
      const message = `The domain has the user name '${username}' already, in the resource '${twin.name}'.`
      return { ...refused(409, 'Conflict', message), target: 'properties.username' }
    }
    return { type: 'properties', properties: senderProperties(domain, username, displayName ?? '') }
  }
}

function senderProperties(domain: Resource, username: string, displayName: string): Resource['properties'] {
  const { dataLocation } = domain.properties
  return { dataLocation, username, displayName, provisioningState: 'Succeeded' }
}

/** The sender username that every domain starts with, to be put together with it. */
export function defaultSenderUsername(
  request: Pick<ArmRequest<unknown, unknown>, 'caller' | 'change'>,
  random: RandomOctets,
  domain: Resource,
): Resource {
  const properties = senderProperties(domain, DEFAULT_SENDER_USERNAME, DEFAULT_SENDER_USERNAME)
  const parts = { ...childOf(domain, SENDER_USERNAMES, DEFAULT_SENDER_USERNAME.toLowerCase()), properties }
  return stampResource(request, random, parts, undefined)
}
