// The device sheet of a communication service: what a person types into an application or a printer so that it can send. It holds no
// secret. Azure has nothing like it; people are left to put the username together themselves (control-plane reference §9, 3).

import { z } from 'zod'
import { formatSmtpUsername } from '../../identity/smtp-username.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Storage } from '../../storage/storage.ts'
import { readLinkedDomains, readSenderAddresses } from '../../submission/connected-domains.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { SMTP_SETTINGS } from '../arm/arm-target.ts'
import { readOwnResource, resourceNotFound } from '../arm/scope-existence.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { named, ok } from '../responses.ts'

const settingsQuery = z.object({
  applicationId: z
    .string()
    .refine((text) => canonicalGuid(text) !== undefined, 'an application id is a GUID')
    .optional(),
})

const settings = named(
  'SmtpSettings',
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.object({
      host: z.string(),
      port: z.int(),
      implicitTlsPort: z.int(),
      port25: z.int(),
      minimumTlsVersion: z.string(),
      usernames: z.object({ dot: z.string(), pipe: z.string() }).nullable(),
      aliases: z.array(z.object({ username: z.string(), applicationId: z.guid() })),
      /** False: the list of SMTP usernames has others. */
      aliasesAreComplete: z.boolean(),
      connectedDomains: z.array(z.string()),
      senderAddresses: z.array(z.string()),
    }),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'smtp'>
type Request = ArmRequest<z.output<typeof settingsQuery>, object>

export function smtpSettingsRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const route = { method: 'GET', types: [SMTP_SETTINGS], shape: 'collection', query: settingsQuery } as const
  const response = ok(settings)
  return [
    armRoute({ ...route, body: z.object({}), response, handle: (request) => readSettings(dependencies, request) }),
  ]
}

async function readSettings({ storage, smtp }: Dependencies, { caller, target, query }: Request): Promise<ArmAnswer> {
  const service = await readOwnResource(storage, caller.tenantId, target.parent)
  if (service === undefined) return resourceNotFound(storage, caller.tenantId, target.parent)
  const applicationId = canonicalGuid(query.applicationId ?? '')
  const domains = await readConnectedDomains(storage, service)
  const properties = {
    ...smtp(),
    minimumTlsVersion: '1.2',
    usernames: applicationId === undefined ? null : usernamesOf(service, applicationId),
    ...(await readAliases(storage, service, applicationId)),
    connectedDomains: domains.map(({ name }) => name),
    senderAddresses: domains.flatMap(({ senderAddresses }) => senderAddresses),
  }
  return answer(200, {
    id: `${service.id}/providers/${SMTP_SETTINGS}`,
    name: 'smtpSettings',
    type: SMTP_SETTINGS,
    properties,
  })
}

function usernamesOf(
  { name, tenantId }: Resource,
  applicationId: string,
): { readonly dot: string; readonly pipe: string } {
  const parts = { resourceName: name, applicationId, tenantId }
  return { dot: formatSmtpUsername(parts, '.'), pipe: formatSmtpUsername(parts, '|') }
}

/** Whoever has more is not helped by a sheet of all of them. */
const MOST_ALIASES = 100

async function readAliases({ read }: Storage, { id, tenantId }: Resource, applicationId: string | undefined) {
  const chosen = applicationId === undefined ? { limit: MOST_ALIASES + 1 } : { holding: applicationId }
  const stored = await read.resources.listResources({ tenantId, under: id, type: SMTP_USERNAMES, ...chosen })
  const aliases = stored
    .map(({ properties }) => ({
      username: textIn(properties, 'username'),
      applicationId: textIn(properties, 'entraApplicationId').toLowerCase(),
    }))
    .filter((alias) => applicationId === undefined || alias.applicationId === applicationId)
  return { aliases: aliases.slice(0, MOST_ALIASES), aliasesAreComplete: aliases.length <= MOST_ALIASES }
}

type ConnectedDomain = { readonly name: string; readonly senderAddresses: readonly string[] }

/** Linked, verified and of the same tenant: the same three conditions as when mail is accepted. */
async function readConnectedDomains(
  { read: { resources } }: Storage,
  service: Resource,
): Promise<readonly ConnectedDomain[]> {
  const linked = await readLinkedDomains(resources, service)
  const connected = linked.filter(({ verified }) => verified)
  return Promise.all(
    connected.map(async (domain) => ({
      name: domain.name,
      senderAddresses: await readSenderAddresses(resources, service.tenantId, domain),
    })),
  )
}

function textIn(properties: Resource['properties'], name: string): string {
  const value = properties[name]
  return typeof value === 'string' ? value : ''
}
