// The next step in the rotation of a domain's DKIM keys, an operation of ours on a domain: the first request makes the next key, later ones
// look for its record in the DNS and change over once it is there. What came of it is told by the domain itself, under `dkimRotation`.

import { z } from 'zod'
import { rotateDkim } from '../../domains/rotate-dkim.ts'
import { DOMAINS } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from '../arm/arm-route.ts'
import { ROTATE_DKIM } from '../arm/arm-target.ts'
import { dnsUnavailable, OWNERSHIP_FIRST } from '../arm/domains.ts'
import { stampResource } from '../arm/resource-change.ts'
import { resourceAnswer } from '../arm/resource-form.ts'
import { resourceSchemas } from '../arm/resource-schemas.ts'
import { readOwnResource, resourceNotFound } from '../arm/scope-existence.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { refused } from '../refusal.ts'
import { ok } from '../responses.ts'

/** Without a key, the one under way, or else the one that has been there longer. */
const body = z.object({ key: z.enum(['DKIM', 'DKIM2'], 'one of DKIM, DKIM2').nullish() })

type Request = ArmRequest<object, z.output<typeof body>>

export function rotateDkimRoutes(dependencies: HttpDependencies): readonly ArmRoute[] {
  const route = { method: 'POST', types: [ROTATE_DKIM], shape: 'collection', query: z.object({}) } as const
  const response = ok(resourceSchemas[DOMAINS])
  return [armRoute({ ...route, body, response, handle: (request) => rotate(dependencies, request) })]
}

async function rotate(dependencies: HttpDependencies, request: Request): Promise<ArmAnswer> {
  const { storage, random, clock, sealer, dns: resolver, domains: settings } = dependencies
  const { caller, target, change, body } = request
  const missing = () => resourceNotFound(storage, caller.tenantId, target.parent)
  const found = await readOwnResource(storage, caller.tenantId, target.parent)
  if (found === undefined) return missing()
  const stamp = (resource: Resource) => stampResource(request, random, resource, resource)
  const context = { storage, resolver, clock, stamp, sealer, settings }
  const outcome = await rotateDkim(context, change, found, body.key ?? undefined)
  if (outcome.type === 'stored') return resourceAnswer(200, outcome.domain)
  if (outcome.type === 'missing') return missing()
  if (outcome.type === 'ownership first') return OWNERSHIP_FIRST
  if (outcome.type === 'unavailable') return dnsUnavailable(outcome.detail)
  const message = `The record of the key before must stay until ${outcome.removableAt}, and the next key will have its name.`
  return refused(409, 'DkimRotationTooEarly', message)
}
