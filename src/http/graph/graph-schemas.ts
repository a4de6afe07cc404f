// Directory objects as Graph shows them, as schemas. No member is required: `$select` leaves out whatever it does not name.
// Azure: control-plane reference §7; OData JSON format 4.01 §4.5.

import { z } from 'zod'
import { named, time } from '../responses.ts'
import {
  APPLICATION_FACTS,
  freeMembers,
  GROUP_FACTS,
  SERVICE_PRINCIPAL_FACTS,
  USER_FACTS,
  USER_TEXTS,
} from './facts.ts'

const text = z.string().nullable()
const context = { '@odata.context': z.url() }

/** A type of object, and what may be said of any. */
const annotated = <const Type extends string>(type: Type) => ({
  '@odata.context': z.url(),
  '@odata.type': z.literal(`#microsoft.graph.${type}`),
})

const credential = {
  customKeyIdentifier: text,
  displayName: text,
  endDateTime: time,
  keyId: z.guid(),
  startDateTime: time,
}

/** `secretText` is told once, when the secret is made. */
export const passwordCredentialSchema = named(
  'PasswordCredential',
  z.object({ '@odata.context': z.url().optional(), ...credential, hint: z.string(), secretText: text }),
)

const keyCredential = named(
  'KeyCredential',
  z.object({ ...credential, key: z.null(), type: z.literal('AsymmetricX509Cert'), usage: z.literal('Verify') }),
)

const credentials = {
  keyCredentials: z.array(keyCredential),
  passwordCredentials: z.array(passwordCredentialSchema),
}

const object = { id: z.guid(), displayName: z.string(), createdDateTime: time.nullable() }
const deletable = { ...object, deletedDateTime: z.null() }
const described = { description: text, notes: text, tags: z.array(z.string()) }

export const applicationSchema = named(
  'Application',
  z
    .object({
      ...freeMembers(APPLICATION_FACTS),
      ...annotated('application'),
      ...deletable,
      ...described,
      ...credentials,
      appId: z.guid(),
      identifierUris: z.array(z.string()),
      signInAudience: z.string(),
    })
    .partial(),
)

export const servicePrincipalSchema = named(
  'ServicePrincipal',
  z
    .object({
      ...freeMembers(SERVICE_PRINCIPAL_FACTS),
      ...annotated('servicePrincipal'),
      ...deletable,
      ...described,
      ...credentials,
      accountEnabled: z.boolean(),
      appDisplayName: z.string(),
      appId: z.guid(),
      appOwnerOrganizationId: z.guid(),
      servicePrincipalNames: z.array(z.string()),
      servicePrincipalType: z.literal('Application'),
    })
    .partial(),
)

export const groupSchema = named(
  'Group',
  z
    .object({
      ...freeMembers(GROUP_FACTS),
      ...annotated('group'),
      ...deletable,
      description: text,
      groupTypes: z.array(z.never()),
      mail: z.null(),
      mailEnabled: z.literal(false),
      mailNickname: text,
      securityEnabled: z.literal(true),
    })
    .partial(),
)

export const userSchema = named(
  'User',
  z
    .object({
      ...freeMembers(USER_FACTS),
      ...Object.fromEntries(USER_TEXTS.map((name) => [name, text])),
      ...annotated('user'),
      ...object,
      accountEnabled: z.boolean(),
      mailNickname: text,
      userPrincipalName: z.string(),
      userType: z.literal('Member'),
    })
    .partial(),
)

/** Its type says which. */
export const directoryObjectSchema = named(
  'DirectoryObject',
  z.union([applicationSchema, servicePrincipalSchema, groupSchema, userSchema]),
)

export const federatedCredentialSchema = named(
  'FederatedIdentityCredential',
  z
    .object({
      ...context,
      id: z.guid(),
      name: z.string(),
      issuer: z.url(),
      subject: z.string(),
      audiences: z.array(z.string()),
      description: text,
    })
    .partial(),
)

export const organizationSchema = named(
  'Organization',
  z
    .object({
      ...context,
      id: z.guid(),
      deletedDateTime: z.null(),
      displayName: text,
      tenantType: z.literal('AAD'),
      assignedPlans: z.array(z.never()),
      businessPhones: z.array(z.never()),
      countryLetterCode: z.null(),
      provisionedPlans: z.array(z.never()),
      technicalNotificationMails: z.array(z.never()),
      verifiedDomains: z.array(z.never()),
    })
    .partial(),
)

/** The address of an object, in lists of them. */
const reference = named('ObjectReference', z.object({ '@odata.id': z.url() }))

export const wholeListOf = <Item extends z.ZodType>(item: Item) => z.object({ ...context, value: z.array(item) })

export const pagedListOf = <Item extends z.ZodType>(item: Item) =>
  wholeListOf(item).extend({ '@odata.count': z.int().optional(), '@odata.nextLink': z.url().optional() })

export const references = wholeListOf(reference)
export const idList = wholeListOf(z.guid())
/** `/$count`: a bare number. */
export const bareCount = { mediaType: 'text/plain', schema: z.string().regex(/^[0-9]+$/) }
