// SMTP usernames: short names that a device signs in with instead of the three-part form. Each stands for an application of the same
// tenant, and no two in the installation are alike. Azure: control-plane reference §5.10.
// Deviates: the application must exist, which catches typing errors at once; a user name may be that of its resource; without a user
// name we make one up that devices with short fields can take; `defaultFrom` is ours (docs/devices.md).

import { z } from 'zod'
import { canonicalDomain } from '../../resources/domain-name.ts'
import { linksOf } from '../../domains/linked-services.ts'
import { isDomainVerified } from '../../resources/domain-verification.ts'
import { generateSmtpUsername } from '../../resources/generated-username.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { parseSenderAddress } from '../../resources/sender-address.ts'
import { lookupKeyOf } from '../../resources/lookup-key.ts'
import { SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import { canonicalSmtpUsername, checkSmtpUsername } from '../../resources/smtp-username-rules.ts'
import type { Storage } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, type Refusal, refused } from '../refusal.ts'
import { deleted, written } from '../responses.ts'
import { type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { type DecideChild, putChild } from './child-resource.ts'
import { deleteStored } from './resource-change.ts'
import { resourceSchemas } from './resource-schemas.ts'
import { readOwnResource } from './scope-existence.ts'

const none = z.object({})
const body = z.object({
  properties: z.object({
    username: z.string().optional(),
    entraApplicationId: z.string(),
    tenantId: z.string(),
    defaultFrom: z.string().max(320).nullish(),
  }),
})
type Request = ArmRequest<object, z.output<typeof body>>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random'>

export function smtpUsernameRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [SMTP_USERNAMES], shape: 'item', query: none } as const
  const { storage } = dependencies
  return [
    armRoute({
      ...item,
      method: 'PUT',
      body,
      response: written(resourceSchemas[SMTP_USERNAMES]),
      handle: (request) => putChild(dependencies, request, SMTP_USERNAMES, decide(dependencies, request)),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => deleteStored(storage, request),
    }),
  ]
}

function decide({ storage, random }: Dependencies, request: Request): DecideChild {
  return async (service, stored) => {
    const owner = await readApplication(storage, request)
    if (owner.type === 'refused') return owner
    const username = request.body.properties.username ?? storedUsername(stored) ?? (await makeUp(storage, random))
    const linkedDomains = await linkedDomainNames(storage, service)
    const rules = checkSmtpUsername(username, linkedDomains)
    if (rules.type === 'refused') return badMember('properties.username', `${capitalised(rules.detail)}.`)
    const taken = await checkFree(storage, username, stored)
    if (taken !== undefined) return taken
    const { defaultFrom } = request.body.properties
    const sender = checkDefaultFrom(defaultFrom ?? undefined, linkedDomains)
    if (sender !== undefined) return sender
    const { entraApplicationId, tenantId } = owner
    const properties = { username, entraApplicationId, tenantId, ...(defaultFrom && { defaultFrom }) }
    return { type: 'properties', properties }
  }
}

const storedUsername = (stored: Resource | undefined): string | undefined =>
  typeof stored?.properties['username'] === 'string' ? stored.properties['username'] : undefined

/** One that is free now. Should somebody take it before it is written, the database refuses the second one as always. */
async function makeUp({ read }: Storage, random: Dependencies['random']): Promise<string> {
  for (;;) {
    const username = generateSmtpUsername(random)
    if ((await read.resources.findSmtpUsername(username)) === undefined) return username
  }
}

/** Whether it may be sent as is asked with each message; what could never be is told at once. */
function checkDefaultFrom(text: string | undefined, linkedDomains: readonly string[]): Refusal | undefined {
  if (text === undefined) return undefined
  const member = 'properties.defaultFrom'
  const address = parseSenderAddress(text)
  if (address === undefined) return badMember(member, `'${text}' is not an e-mail address.`)
  if (linkedDomains.some((linked) => canonicalDomain(linked) === address.domain)) return undefined
  return badMember(member, `The domain '${address.domain}' is not linked to the communication service and verified.`)
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

type Owner = { readonly type: 'application'; readonly entraApplicationId: string; readonly tenantId: string }

async function readApplication({ read }: Storage, { caller, body }: Request): Promise<Owner | Refusal> {
  const tenantId = canonicalGuid(body.properties.tenantId)
  if (tenantId !== caller.tenantId) {
    return badMember('properties.tenantId', `The tenant must be that of the subscription, '${caller.tenantId}'.`)
  }
  const given = body.properties.entraApplicationId
  const entraApplicationId = canonicalGuid(given)
  const member = 'properties.entraApplicationId'
  if (entraApplicationId === undefined) return badMember(member, 'The application id must be a GUID.')
  if ((await read.directory.findApplication(tenantId, entraApplicationId)) === undefined) {
    const hint = 'Give its application (client) id, not its object id.'
    return badMember(member, `The application '${given}' does not exist in the directory '${tenantId}'. ${hint}`)
  }
  return { type: 'application', entraApplicationId, tenantId }
}

/** The domains that the service can send for now. */
async function linkedDomainNames(storage: Storage, service: Resource): Promise<readonly string[]> {
  const names: string[] = []
  for (const link of linksOf(service)) {
    const domain = await readOwnResource(storage, service.tenantId, link)
    const name = domain && lookupKeyOf(domain)
    if (name !== undefined && isDomainVerified(domain?.properties ?? {})) names.push(name)
  }
  return names
}

/** Of two alike, the one that is stored is the stored one's own, or a stranger's. */
async function checkFree(
  { read }: Storage,
  username: string,
  stored: Resource | undefined,
): Promise<Refusal | undefined> {
  const isOwn = stored !== undefined && lookupKeyOf(stored) === canonicalSmtpUsername(username)
  if (isOwn || (await read.resources.findSmtpUsername(username)) === undefined) return undefined
  const message = `The SMTP username '${username}' is already in use. SMTP usernames are unique.`
  return { ...refused(409, 'Conflict', message), target: 'properties.username' }
}
