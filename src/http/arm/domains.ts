// The domains of email services: made with all their records and keys, changed in little, checked in the DNS, and gone only when no
// service is linked to them. Reading is with all other resources. Azure: control-plane reference §5.2, §5.7. Deviates: domains that
// Exchange Online manages are not offered.

import { z } from 'zod'
import { domainPropertiesOf, issueDomain, type DomainManagement } from '../../domains/domain-properties.ts'
import { LONGEST_PREFIX, VERIFICATION_TYPES } from '../../domains/verification-records.ts'
import { cancelVerification, initiateVerification, type VerificationOutcome } from '../../domains/verify-domain.ts'
import { canonicalDomain } from '../../resources/domain-name.ts'
import { DOMAINS, isSameType, MANAGED_DOMAIN_NAME } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, badRequest, type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { deleted, ok, written } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { refuseWhileLinked } from './linked-domains.ts'
import { idBelow, readParent } from './parents.ts'
import {
  carryOut,
  deleteStored,
  type Plan,
  planPut,
  readForChange,
  readForWrite,
  stampResource,
} from './resource-change.ts'
import { resourceAnswer } from './resource-form.ts'
import { resourceSchemas } from './resource-schemas.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'
import { defaultSenderUsername } from './sender-usernames.ts'
import { checkSameLocation, checkUnchanged, readLocation, tagsOf, trackedMembers } from './tracked-members.ts'

/** One of the words, in any case. */
function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.preprocess(
    (value) =>
      typeof value === 'string' ? (words.find((word) => word.toLowerCase() === value.toLowerCase()) ?? value) : value,
    z.enum(words, `one of ${words.join(', ')}`),
  )
}

const none = z.object({})
const properties = z.object({
  domainManagement: oneOf(['CustomerManaged', 'AzureManaged']).nullish(),
  userEngagementTracking: oneOf(['Disabled', 'Enabled']).nullish(),
})
const domainBody = z.object({ ...trackedMembers, properties: properties.nullish() })
const verificationBody = z.object({ verificationType: oneOf(VERIFICATION_TYPES) })

type DomainRequest = ArmRequest<object, z.output<typeof domainBody>>
type VerificationRequest = ArmRequest<object, z.output<typeof verificationBody>>

export function domainRoutes(dependencies: HttpDependencies): readonly ArmRoute[] {
  const domain = resourceSchemas[DOMAINS]
  const item = { types: [DOMAINS], shape: 'item', longRunning: true, query: none } as const
  const action = {
    method: 'POST',
    shape: 'collection',
    longRunning: true,
    query: none,
    body: verificationBody,
    response: ok(domain),
  } as const
  return [
    armRoute({
      ...item,
      method: 'PUT',
      body: domainBody,
      response: written(domain),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'PATCH',
      body: domainBody,
      response: ok(domain),
      handle: (request) => patch(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) =>
        deleteStored(dependencies.storage, request, ({ id }) =>
          refuseWhileLinked(dependencies.storage, request.caller, id),
        ),
    }),
    armRoute({
      ...action,
      types: [`${DOMAINS}/initiateVerification`],
      handle: (request) => initiate(dependencies, request),
    }),
    armRoute({
      ...action,
      types: [`${DOMAINS}/cancelVerification`],
      handle: (request) => cancel(dependencies, request),
    }),
  ]
}

async function put(dependencies: HttpDependencies, request: DomainRequest): Promise<ArmAnswer> {
  const { storage, random } = dependencies
  const { caller, target, body } = request
  let issued: ReturnType<typeof issue> | undefined
  return carryOut(storage, request, async () => {
    const placed = await readParent(storage, caller.tenantId, target)
    if (placed.type === 'refused') return placed
    const read = await readForWrite(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const located = readLocation(body.location, stored)
    if (located.type === 'refused') return located
    const { location } = located
    if (stored !== undefined) return planUpdate(request, random, stored, { ...tagsOf(body.tags), location })
    const named = readNewDomain(dependencies, request)
    if (named.type === 'refused') return named
    // Making keys takes long: once, however often others disturb.
    issued ??= issue(dependencies, request, named, placed.parent)
    const { id, name, properties, sealed } = await issued
    const parts = { id, name, type: DOMAINS, subscriptionId: placed.parent.subscriptionId, properties, location }
    const domain = stampResource(request, random, { ...parts, ...tagsOf(body.tags) }, undefined)
    const sender = defaultSenderUsername(request, random, domain)
    return planPut(request, domain, undefined, (write) => {
      void write.resources.putResource(request.change, sender)
      for (const record of sealed) void write.sealed.putSealed(record)
    })
  })
}

type NewDomain = { readonly type: 'named'; readonly name: string; readonly management: DomainManagement }

/** Azure: a managed domain's resource has one fixed name, so there is one of them in an email service. */
function readNewDomain({ domains, random }: HttpDependencies, { target, body }: DomainRequest): NewDomain | Refusal {
  const management = body.properties?.domainManagement
  if (!management) return badMember('properties.domainManagement', "The property 'domainManagement' is required.")
  if ((management === 'AzureManaged') !== isSameType(target.name, MANAGED_DOMAIN_NAME)) {
    return invalidName(
      `The name '${MANAGED_DOMAIN_NAME}' goes with the domain management 'AzureManaged', and only that.`,
    )
  }
  if (management === 'AzureManaged')
    return { type: 'named', name: `${newGuid(random)}.${domains.managedSuffix}`, management }
  const name = canonicalDomain(target.name) ?? ''
  if (`.${name}`.endsWith(`.${domains.managedSuffix}`)) {
    return invalidName(`The names below '${domains.managedSuffix}' are given to managed domains.`)
  }
  if (name.length > MAX_DOMAIN_LENGTH) return invalidName('The name is too long to have DKIM records below it.')
  return { type: 'named', name, management }
}

const MAX_DOMAIN_LENGTH = 253 - LONGEST_PREFIX

const invalidName = (message: string): Refusal => ({ ...badRequest('InvalidResourceName', message), target: 'name' })

async function issue(
  { domains, random, sealer }: HttpDependencies,
  { target, body, change }: DomainRequest,
  { name, management }: NewDomain,
  parent: Resource,
) {
  const id = idBelow(parent, DOMAINS, target.name)
  const { dataLocation } = parent.properties as { readonly dataLocation: string }
  const issued = await issueDomain({
    id,
    name,
    management,
    tracking: body.properties?.userEngagementTracking ?? 'Disabled',
    dataLocation,
    ownershipToken: newGuid(random),
    settings: domains,
    sealer,
    at: change.at,
  })
  return { id, name: target.name, ...issued }
}

/** A PUT says everything that may be said anew; what it leaves out has its default. */
function planUpdate(
  request: DomainRequest,
  random: HttpDependencies['random'],
  stored: Resource,
  members: Pick<Resource, 'tags' | 'location'>,
): Plan | Refusal {
  const { domainManagement, userEngagementTracking: tracking } = request.body.properties ?? {}
  const { tags: _, ...others } = stored
  const parts = {
    ...others,
    ...members,
    properties: { ...stored.properties, userEngagementTracking: tracking ?? 'Disabled' },
  }
  return (
    checkUnchanged('properties.domainManagement', domainManagement, domainPropertiesOf(stored).domainManagement) ??
    planPut(request, stampResource(request, random, parts, stored), stored)
  )
}

async function patch({ storage, random }: HttpDependencies, request: DomainRequest): Promise<ArmAnswer> {
  const { location, tags, properties } = request.body
  return carryOut(storage, request, async () => {
    const read = await readForChange(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const refusal =
      checkSameLocation(location, stored) ??
      checkUnchanged(
        'properties.domainManagement',
        properties?.domainManagement,
        domainPropertiesOf(stored).domainManagement,
      )
    if (refusal !== undefined) return refusal
    const tracking = properties?.userEngagementTracking
    const changed = tracking ? { ...stored.properties, userEngagementTracking: tracking } : stored.properties
    const parts = { ...stored, ...tagsOf(tags ?? stored.tags), properties: changed }
    return planPut(request, stampResource(request, random, parts, stored), stored)
  })
}

async function initiate(dependencies: HttpDependencies, request: VerificationRequest): Promise<ArmAnswer> {
  const { storage, random, clock, dns: resolver } = dependencies
  const stamp = (resource: Resource) => stampResource(request, random, resource, resource)
  return verify(dependencies, request, (domain) =>
    initiateVerification({ storage, resolver, clock, stamp }, request.change, domain, request.body.verificationType),
  )
}

async function cancel(dependencies: HttpDependencies, request: VerificationRequest): Promise<ArmAnswer> {
  const { storage, random } = dependencies
  const stamp = (resource: Resource) => stampResource(request, random, resource, resource)
  return verify(dependencies, request, (domain) =>
    cancelVerification({ storage, stamp }, request.change, domain, request.body.verificationType),
  )
}

/** Whether a record was found wrong is told by the domain itself; the request has done what it was asked. */
async function verify(
  { storage }: HttpDependencies,
  { caller, target }: VerificationRequest,
  run: (domain: Resource) => Promise<VerificationOutcome>,
): Promise<ArmAnswer> {
  const found = await readOwnResource(storage, caller.tenantId, target.parent)
  const missing = () => resourceNotFound(storage, caller.tenantId, target.parent)
  if (found === undefined) return missing()
  const outcome = await run(found)
  if (outcome.type === 'missing') return missing()
  if (outcome.type === 'stored' || outcome.type === 'managed') return resourceAnswer(200, outcome.domain)
  if (outcome.type === 'ownership first') return OWNERSHIP_FIRST
  return dnsUnavailable(outcome.detail)
}

export function dnsUnavailable(detail: string): Refusal {
  const message = `The DNS could not be asked: ${detail}. The state of the domain is unchanged; try again later.`
  return refused(503, 'DnsUnavailable', message, { 'retry-after': '5' })
}

export const OWNERSHIP_FIRST = refused(
  409,
  'DomainOwnershipNotVerified',
  "The ownership of the domain is not verified yet. Publish its record 'Domain' and verify that first.",
)
