// The objects of a quickstart, made once in one transaction: everything the article walks through, from the tenant to the assignment.
// Their secrets are kept sealed beside them, so that `quickstart.json` can be written again at any later start.

import { randomUUID } from 'node:crypto'
import { POSTERN_ADMINISTRATOR, READER } from '../access/built-in-roles.ts'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { QUICKSTART_SERVICE } from '../config/defaults.ts'
import { generateClientSecret, hashClientSecret, hintOf } from '../identity/client-secret.ts'
import { type DomainProperties, type DomainSettings, issueDomain } from '../domains/domain-properties.ts'
import type { Sealer } from '../keys/sealing.ts'
import {
  COMMUNICATION_SERVICES,
  DEFAULT_SENDER_USERNAME,
  DOMAINS,
  EMAIL_SERVICES,
  MANAGED_DOMAIN_NAME,
  RESOURCE_GROUPS,
  SENDER_USERNAMES,
  SMTP_USERNAMES,
} from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Storage, Writers } from '../storage/storage.ts'
import { createPortalUser, planPortalUser, type PortalUser } from './quickstart-portal-user.ts'
import { accessKeyRecordId, ACCESS_KEY_PURPOSE } from '../keys/access-keys.ts'

/** What `quickstart.json` needs of the objects; ids of resources and roles are full ARM ids. */
export type QuickstartObjects = {
  readonly tenantId: string
  readonly subscriptionId: string
  readonly resourceGroup: string
  readonly communicationService: string
  readonly communicationServiceId: string
  readonly emailService: string
  readonly domain: string
  readonly senderAddress: string
  readonly application: {
    readonly applicationId: string
    readonly servicePrincipalId: string
    readonly secretId: string
    readonly clientSecret: string
  }
  readonly alias: string
  readonly roleDefinitionId: string
  readonly roleAssignmentId: string
  readonly accessKey: string
  readonly administrator: { readonly applicationId: string; readonly clientSecret: string }
  readonly portalUser: PortalUser
}
/** As an installation may have been made before there was a portal. */
type StoredObjects = Omit<QuickstartObjects, 'portalUser'> & Partial<Pick<QuickstartObjects, 'portalUser'>>

export type InstallationContext = {
  readonly storage: Storage
  readonly sealer: Sealer
  readonly pepper: Uint8Array
  readonly random: (count: number) => Uint8Array
  readonly now: number
  readonly domains: DomainSettings
}

const RECORD_ID = 'quickstart'
const PURPOSE = 'quickstart'
const SECRET_LIFETIME = 2 * 365 * 24 * 60 * 60 * 1000
const RESOURCE_GROUP = 'postern-quickstart'
const EMAIL_SERVICE = 'postern-quickstart-email'
const ALIAS = 'quickstart'
const DATA_LOCATION = 'Europe'

/** Finds the quickstart's objects, or makes them. `created` is true on the run that made them. */
export async function ensureQuickstartObjects(
  context: InstallationContext,
): Promise<{ readonly objects: QuickstartObjects; readonly created: boolean }> {
  const record = await context.storage.read.sealed.readSealed(RECORD_ID)
  if (record === undefined) return { objects: await createObjects(context), created: true }
  const opened = context.sealer.open(RECORD_ID, PURPOSE, record.sealed)
  if (opened === undefined)
    throw new Error(
      'The quickstart record does not open with this installation key. Restore the key that belongs to this data directory, or choose a new directory.',
    )
  const stored = JSON.parse(Buffer.from(opened).toString('utf8')) as StoredObjects
  const { portalUser = await addPortalUser(context, stored) } = stored
  return { objects: { ...stored, portalUser }, created: false }
}

async function addPortalUser(context: InstallationContext, stored: StoredObjects): Promise<PortalUser> {
  const { storage, sealer, now } = context
  const { objectId, hash, ...portalUser } = await planPortalUser(context, stored.domain)
  const change: Change = { at: now, principalId: objectId, requestId: randomUUID() }
  const octets = Buffer.from(JSON.stringify({ ...stored, portalUser }), 'utf8')
  await storage.atomically((write) => {
    createPortalUser(write, change, stored.tenantId, { ...portalUser, objectId, hash })
    const sealed = sealer.seal(RECORD_ID, PURPOSE, octets)
    void write.sealed.putSealed({ recordId: RECORD_ID, purpose: PURPOSE, sealed, createdAt: now })
  })
  return portalUser
}

async function createObjects(context: InstallationContext): Promise<QuickstartObjects> {
  const { storage, sealer, now } = context
  const plan = planObjects(context)
  const user = await planPortalUser(context, plan.objects.domain)
  const objects = { ...plan.objects, portalUser: { userName: user.userName, password: user.password } }
  const domain = await issueDomain({
    id: domainIdOf(objects),
    name: objects.domain,
    management: 'AzureManaged',
    tracking: 'Disabled',
    dataLocation: DATA_LOCATION,
    ownershipToken: randomUUID(),
    settings: context.domains,
    sealer,
    at: now,
  })
  const change: Change = { at: now, principalId: plan.administrator.servicePrincipalId, requestId: randomUUID() }
  const seal = (recordId: string, purpose: string, octets: Uint8Array) => ({
    recordId,
    purpose,
    sealed: sealer.seal(recordId, purpose, octets),
    createdAt: now,
  })
  await storage.atomically((write) => {
    void write.directory.createTenant(change, { tenantId: objects.tenantId, displayName: 'Postern quickstart' })
    void write.resources.createSubscription(change, { ...objects, displayName: 'Postern quickstart' })
    for (const resource of describeResources(objects, domain.properties, change))
      void write.resources.putResource(change, resource)
    for (const record of domain.sealed) void write.sealed.putSealed(record)
    for (const application of [plan.application, plan.administrator])
      createApplication(write, change, context, application)
    assignRoles(write, change, plan)
    createPortalUser(write, change, objects.tenantId, user)
    for (const name of ['primary', 'secondary'] as const) {
      const key = name === 'primary' ? Buffer.from(objects.accessKey, 'base64') : context.random(64)
      const resourceId = objects.communicationServiceId
      void write.sealed.putSealed({ ...seal(accessKeyRecordId(resourceId, name), ACCESS_KEY_PURPOSE, key), resourceId })
    }
    void write.sealed.putSealed(seal(RECORD_ID, PURPOSE, Buffer.from(JSON.stringify(objects), 'utf8')))
  })
  return objects
}

export type PlannedApplication = {
  readonly tenantId: string
  readonly displayName: string
  readonly objectId: string
  readonly applicationId: string
  readonly servicePrincipalId: string
  readonly secretId: string
  readonly clientSecret: string
  readonly secretEndsAt: number
}

type Plan = {
  readonly objects: Omit<QuickstartObjects, 'portalUser'>
  readonly application: PlannedApplication
  readonly administrator: PlannedApplication
  readonly roleName: string
  readonly assignmentName: string
}

export function planApplication(
  context: Pick<InstallationContext, 'random' | 'now'>,
  tenantId: string,
  displayName: string,
): PlannedApplication {
  return {
    tenantId,
    displayName,
    objectId: randomUUID(),
    applicationId: randomUUID(),
    servicePrincipalId: randomUUID(),
    secretId: randomUUID(),
    clientSecret: generateClientSecret(context.random),
    secretEndsAt: context.now + SECRET_LIFETIME,
  }
}

function planObjects(context: InstallationContext): Plan {
  const tenantId = randomUUID()
  const subscriptionId = randomUUID()
  const application = planApplication(context, tenantId, 'Quickstart sender')
  const administrator = planApplication(context, tenantId, 'Quickstart administrator')
  const subscription = `/subscriptions/${subscriptionId}`
  const communicationServiceId = `${subscription}/resourceGroups/${RESOURCE_GROUP}/providers/${COMMUNICATION_SERVICES}/${QUICKSTART_SERVICE}`
  const domain = `${randomUUID()}.${context.domains.managedSuffix}`
  const roleName = randomUUID()
  const assignmentName = randomUUID()
  const objects = {
    tenantId,
    subscriptionId,
    resourceGroup: RESOURCE_GROUP,
    communicationService: QUICKSTART_SERVICE,
    communicationServiceId,
    emailService: EMAIL_SERVICE,
    domain,
    senderAddress: `${DEFAULT_SENDER_USERNAME}@${domain}`,
    application: {
      applicationId: application.applicationId,
      servicePrincipalId: application.servicePrincipalId,
      secretId: application.secretId,
      clientSecret: application.clientSecret,
    },
    alias: ALIAS,
    roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleName}`,
    roleAssignmentId: `${communicationServiceId}/providers/Microsoft.Authorization/roleAssignments/${assignmentName}`,
    accessKey: Buffer.from(context.random(64)).toString('base64'),
    administrator: { applicationId: administrator.applicationId, clientSecret: administrator.clientSecret },
  }
  return { objects, application, administrator, roleName, assignmentName }
}

const groupIdOf = ({ subscriptionId }: Pick<QuickstartObjects, 'subscriptionId'>) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${RESOURCE_GROUP}`

const emailServiceIdOf = (objects: Pick<QuickstartObjects, 'subscriptionId'>) =>
  `${groupIdOf(objects)}/providers/${EMAIL_SERVICES}/${EMAIL_SERVICE}`

const domainIdOf = (objects: Pick<QuickstartObjects, 'subscriptionId'>) =>
  `${emailServiceIdOf(objects)}/domains/${MANAGED_DOMAIN_NAME}`

function describeResources(objects: QuickstartObjects, properties: DomainProperties, change: Change): Resource[] {
  const { tenantId, subscriptionId } = objects
  const at = new Date(change.at).toISOString()
  const domain = domainIdOf(objects)
  const settled = { provisioningState: 'Succeeded', dataLocation: DATA_LOCATION }
  const of = (id: string, type: string, properties: Record<string, unknown>, location = true): Resource => ({
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type,
    tenantId,
    subscriptionId,
    ...(location ? { location: 'global' } : {}),
    properties,
    systemData: {
      createdBy: change.principalId,
      createdByType: 'Application',
      createdAt: at,
      lastModifiedBy: change.principalId,
      lastModifiedByType: 'Application',
      lastModifiedAt: at,
    },
    etag: randomUUID(),
  })
  return [
    of(groupIdOf(objects), RESOURCE_GROUPS, { provisioningState: 'Succeeded' }),
    of(emailServiceIdOf(objects), EMAIL_SERVICES, settled),
    of(domain, DOMAINS, properties),
    of(
      `${domain}/senderUsernames/donotreply`,
      SENDER_USERNAMES,
      {
        ...settled,
        username: DEFAULT_SENDER_USERNAME,
        displayName: DEFAULT_SENDER_USERNAME,
      },
      false,
    ),
    of(objects.communicationServiceId, COMMUNICATION_SERVICES, {
      ...settled,
      hostName: `${QUICKSTART_SERVICE}.comm.localhost`,
      immutableResourceId: randomUUID(),
      linkedDomains: [domain],
    }),
    of(
      `${objects.communicationServiceId}/smtpUsernames/${ALIAS}`,
      SMTP_USERNAMES,
      {
        username: ALIAS,
        entraApplicationId: objects.application.applicationId,
        tenantId,
      },
      false,
    ),
  ]
}

/** Application, service principal and secret. */
export function createApplication(
  write: Writers,
  change: Change,
  { pepper, now }: Pick<InstallationContext, 'pepper' | 'now'>,
  application: PlannedApplication,
): void {
  const { tenantId, objectId, applicationId, displayName } = application
  void write.directory.createApplication(change, {
    objectId,
    applicationId,
    tenantId,
    displayName,
    disabled: false,
    createdAt: now,
  })
  void write.directory.createServicePrincipal(change, {
    objectId: application.servicePrincipalId,
    applicationId,
    tenantId,
    displayName,
    accountEnabled: true,
  })
  void write.directory.addPassword(change, tenantId, objectId, {
    keyId: application.secretId,
    displayName: 'first',
    hint: hintOf(application.clientSecret),
    startAt: now,
    endAt: application.secretEndsAt,
    hash: hashClientSecret(Buffer.from(application.clientSecret, 'utf8'), pepper),
  })
}

/** The article's custom role, a clone of Reader plus the three permissions, and its assignment at the communication service. */
function assignRoles(
  write: Writers,
  change: Change,
  { objects, roleName, assignmentName, application, administrator }: Plan,
): void {
  const actions = [...READER.permissions.flatMap((permission) => permission.actions), ...DEFAULT_REQUIRED_ACTIONS]
  void write.roles.putRoleDefinition(change, objects.tenantId, {
    name: roleName,
    roleName: 'SMTP Email Sender',
    description: 'May send mail over SMTP: a clone of Reader plus the three permissions of the article.',
    type: 'CustomRole',
    permissions: [{ actions, notActions: [], dataActions: [], notDataActions: [] }],
    assignableScopes: [`/subscriptions/${objects.subscriptionId}`],
  })
  void write.roles.putRoleAssignment(change, objects.tenantId, {
    name: assignmentName,
    scope: objects.communicationServiceId,
    roleDefinitionName: roleName,
    principalId: application.servicePrincipalId,
    principalType: 'ServicePrincipal',
  })
  void write.roles.putRoleAssignment(change, objects.tenantId, {
    name: randomUUID(),
    scope: '/',
    roleDefinitionName: POSTERN_ADMINISTRATOR.name,
    principalId: administrator.servicePrincipalId,
    principalType: 'ServicePrincipal',
  })
}
