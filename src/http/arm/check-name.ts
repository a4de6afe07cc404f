// Whether a communication service may be called so: a rule for the name, and nobody in the installation who has it. Azure:
// control-plane reference §5.4.

import { z } from 'zod'
import { COMMUNICATION_SERVICES, isResourceName, isSameType } from '../../resources/resource-types.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember } from '../refusal.ts'
import { named, ok } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { CHECK_NAME_AVAILABILITY } from './arm-target.ts'

const body = z.object({ name: z.string(), type: z.string() })
const availability = named(
  'NameAvailability',
  z.object({
    nameAvailable: z.boolean(),
    reason: z.enum(['Invalid', 'AlreadyExists']).optional(),
    message: z.string().optional(),
  }),
)
type Request = ArmRequest<object, z.output<typeof body>>
type Dependencies = Pick<HttpDependencies, 'storage'>

export function checkNameRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const route = { method: 'POST', types: [CHECK_NAME_AVAILABILITY], shape: 'collection', query: z.object({}) } as const
  return [
    armRoute({ ...route, body, response: ok(availability), handle: (request) => checkName(dependencies, request) }),
  ]
}

async function checkName({ storage }: Dependencies, { body: { name, type } }: Request): Promise<ArmAnswer> {
  if (!isSameType(type, COMMUNICATION_SERVICES)) {
    return badMember('type', `Only names of the type '${COMMUNICATION_SERVICES}' can be checked.`)
  }
  const unavailable = (reason: string, message: string) => answer(200, { nameAvailable: false, reason, message })
  if (!isResourceName(COMMUNICATION_SERVICES, name)) {
    const rule = 'A name has 1 to 63 letters, digits, hyphens and underscores, and begins with a letter or a digit.'
    return unavailable('Invalid', rule)
  }
  const holder = await storage.read.resources.findCommunicationService(name)
  if (holder === undefined) return answer(200, { nameAvailable: true })
  return unavailable('AlreadyExists', `The name '${name}' is already in use.`)
}
