// `GET …/domains/{domain}/providers/Postern.Mail/dnsRecords`: what the DNS has right now where the records of a domain should be, and
// whether mail to the domain can be delivered. It changes nothing: who may read the domain may ask.

import { z } from 'zod'
import { observeRecords } from '../../domains/observe-records.ts'
import { VERIFICATION_TYPES } from '../../domains/verification-records.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { DNS_RECORDS } from '../arm/arm-target.ts'
import { readOwnResource, resourceNotFound } from '../arm/scope-existence.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { named, ok } from '../responses.ts'

const observedRecord = named(
  'ObservedDnsRecord',
  z.object({
    check: z.enum([...VERIFICATION_TYPES, 'MX']),
    role: z.enum(['present', 'next', 'zone']),
    name: z.string(),
    status: z.enum(['AsIssued', 'Different', 'Unknown']),
    errorCode: z.string(),
    seen: z.array(z.string()),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'dns' | 'clock'>

export function dnsRecordRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const route = { method: 'GET', types: [DNS_RECORDS], shape: 'collection', query: z.object({}) } as const
  const response = ok(z.object({ value: z.array(observedRecord) }))
  return [armRoute({ ...route, body: z.object({}), response, handle: (request) => read(dependencies, request) })]
}

async function read(
  { storage, dns: resolver, clock }: Dependencies,
  { caller, target }: ArmRequest<object, object>,
): Promise<ArmAnswer> {
  const domain = await readOwnResource(storage, caller.tenantId, target.parent)
  if (domain === undefined) return resourceNotFound(storage, caller.tenantId, target.parent)
  return answer(200, { value: await observeRecords({ resolver, clock }, domain) })
}
