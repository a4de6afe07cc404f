// Resources as they are shown, one schema for each type. What is common to all is said once. Azure: control-plane reference §4.2, §5.2
// to §5.10.

import { z } from 'zod'
import { VERIFICATION_TYPES } from '../../domains/verification-records.ts'
import { COMMUNICATION_SERVICES, DOMAINS, EMAIL_SERVICES, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import { SENDER_USERNAMES, SMTP_USERNAMES } from '../../resources/resource-types.ts'
import { SUPPRESSION_LIST_ADDRESSES, SUPPRESSION_LISTS } from '../../resources/resource-types.ts'
import { named, time } from '../responses.ts'

const systemData = named(
  'SystemData',
  z.object({
    createdBy: z.string(),
    createdByType: z.enum(['User', 'Application']),
    createdAt: time,
    lastModifiedBy: z.string(),
    lastModifiedByType: z.enum(['User', 'Application']),
    lastModifiedAt: time,
  }),
)

export const tagsSchema = z.record(z.string(), z.string())
const identity = { id: z.string(), name: z.string(), type: z.string() }

const tracked = (properties: z.ZodType) =>
  z.object({ ...identity, location: z.string(), tags: tagsSchema.optional(), properties, systemData })
const untracked = (properties: z.ZodType) => z.object({ ...identity, properties, systemData })

/** `Accepted` is only seen where `compatibility: azure` is set. */
const provisioningState = z.enum(['Succeeded', 'Accepted'])
const dataLocation = z.string()

const resourceGroup = z.object({
  ...identity,
  location: z.string(),
  managedBy: z.string().optional(),
  tags: tagsSchema.optional(),
  properties: z.object({ provisioningState }),
})

const communicationService = tracked(
  z.object({
    provisioningState,
    hostName: z.string(),
    immutableResourceId: z.guid(),
    dataLocation,
    linkedDomains: z.array(z.string()),
    disableLocalAuth: z.boolean().optional(),
    publicNetworkAccess: z.literal('Enabled').optional(),
  }),
)

const verificationState = named(
  'DomainVerificationState',
  z.object({
    status: z.enum(['NotStarted', 'VerificationFailed', 'Verified']),
    errorCode: z.string(),
    seen: z.array(z.string()).optional(),
    lostSince: time.optional(),
    countsUntil: time.optional(),
  }),
)

const record = { type: z.enum(['TXT', 'CNAME']), name: z.string(), value: z.string(), ttl: z.int() }
const verificationRecord = named(
  'DomainVerificationRecord',
  z.object({ ...record, zoneRecord: z.object(record).optional() }),
)

/** Of a key that was replaced, or is being. */
const dkimRotation = named(
  'DomainDkimRotation',
  z.object({
    next: z.object({ record: verificationRecord, state: verificationState, madeAt: time }).optional(),
    previous: z.object({ record: verificationRecord, removableAt: time }).optional(),
    rotatedAt: time.optional(),
  }),
)

const ofEachRecord = <Schema extends z.ZodType>(schema: Schema) =>
  z.object(Object.fromEntries(VERIFICATION_TYPES.map((type) => [type, schema])))

const domain = tracked(
  z.object({
    provisioningState,
    dataLocation,
    fromSenderDomain: z.string(),
    mailFromSenderDomain: z.string(),
    domainManagement: z.enum(['CustomerManaged', 'AzureManaged']),
    userEngagementTracking: z.enum(['Disabled', 'Enabled']),
    verificationStates: ofEachRecord(verificationState),
    verificationRecords: ofEachRecord(verificationRecord),
    dkimRotation: z.object({ DKIM: dkimRotation.optional(), DKIM2: dkimRotation.optional() }).optional(),
  }),
)

const suppressionListAddress = z.object({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  notes: z.string(),
  lastModified: time,
  dataLocation,
})

/** By type, as it is written in routes. */
export const resourceSchemas = {
  [RESOURCE_GROUPS]: named('ResourceGroup', resourceGroup),
  [COMMUNICATION_SERVICES]: named('CommunicationService', communicationService),
  [SMTP_USERNAMES]: named(
    'SmtpUsername',
    untracked(
      z.object({
        username: z.string(),
        entraApplicationId: z.guid(),
        tenantId: z.guid(),
        defaultFrom: z.string().optional(),
      }),
    ),
  ),
  [EMAIL_SERVICES]: named('EmailService', tracked(z.object({ provisioningState, dataLocation }))),
  [DOMAINS]: named('Domain', domain),
  [SENDER_USERNAMES]: named(
    'SenderUsername',
    untracked(z.object({ provisioningState, dataLocation, username: z.string(), displayName: z.string() })),
  ),
  [SUPPRESSION_LISTS]: named(
    'SuppressionList',
    untracked(z.object({ listName: z.string(), createdTimeStamp: time, lastUpdatedTimeStamp: time, dataLocation })),
  ),
  [SUPPRESSION_LIST_ADDRESSES]: named('SuppressionListAddress', untracked(suppressionListAddress)),
} as const

/** A resource among others of any type. */
export const genericResourceSchema = named(
  'GenericResource',
  z.object({
    ...identity,
    location: z.string(),
    tags: tagsSchema.optional(),
    createdTime: time.optional(),
    changedTime: time.optional(),
    provisioningState: provisioningState.optional(),
  }),
)
