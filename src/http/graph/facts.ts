// Members of directory objects that nothing here depends on: taken as they are given, within a size, and shown as they were. Null takes
// one away. Any member that is not listed is refused, so that a typing error does not vanish.

import { z } from 'zod'
import type { Facts } from '../../storage/storage.ts'
import { badRequest, type Refusal } from '../refusal.ts'

/** Octets of JSON of all facts of one object. */
const MAX_SIZE = 64 * 1024

export const APPLICATION_FACTS = [
  'addIns',
  'api',
  'appRoles',
  'applicationTemplateId',
  'authenticationBehaviors',
  'certification',
  'defaultRedirectUri',
  'groupMembershipClaims',
  'info',
  'isDeviceOnlyAuthSupported',
  'isFallbackPublicClient',
  'nativeAuthenticationApisEnabled',
  'oauth2RequirePostResponse',
  'optionalClaims',
  'parentalControlSettings',
  'publicClient',
  'requestSignatureVerification',
  'requiredResourceAccess',
  'samlMetadataUrl',
  'serviceManagementReference',
  'servicePrincipalLockConfiguration',
  'spa',
  'tokenEncryptionKeyId',
  'uniqueName',
  'verifiedPublisher',
  'web',
] as const

export const SERVICE_PRINCIPAL_FACTS = [
  'addIns',
  'alternativeNames',
  'appRoleAssignmentRequired',
  'appRoles',
  'homepage',
  'info',
  'loginUrl',
  'logoutUrl',
  'notificationEmailAddresses',
  'oauth2PermissionScopes',
  'preferredSingleSignOnMode',
  'replyUrls',
  'samlSingleSignOnSettings',
  'tokenEncryptionKeyId',
] as const

export const GROUP_FACTS = [
  'classification',
  'isAssignableToRole',
  'preferredDataLocation',
  'theme',
  'visibility',
] as const

export const USER_FACTS = [
  'businessPhones',
  'employeeId',
  'employeeType',
  'otherMails',
  'passwordPolicies',
  'usageLocation',
] as const

/** Those that are texts. */
export const USER_TEXTS = [
  'city',
  'companyName',
  'country',
  'department',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'postalCode',
  'preferredLanguage',
  'state',
  'streetAddress',
  'surname',
] as const

export const shortText = z.string().max(256)
export const longText = z.string().max(1024)
export const displayName = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => name.trim() !== '' && !/\p{Cc}/u.test(name), 'must not be blank or hold control characters')

/** A shape in which each of these may be anything. */
export function freeMembers<const Name extends string>(
  names: readonly Name[],
): Record<Name, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    Name,
    z.ZodOptional<z.ZodUnknown>
  >
}

/** What the object is told from now on. */
export function mergeFacts(before: Facts, told: Facts): { readonly type: 'facts'; readonly facts: Facts } | Refusal {
  const merged = Object.entries({ ...before, ...told }).filter(([, value]) => value !== null && value !== undefined)
  const facts = Object.fromEntries(merged)
  if (Buffer.byteLength(JSON.stringify(facts)) > MAX_SIZE)
    return badRequest(
      'Request_BadRequest',
      `The object is too large: its descriptive members have at most ${MAX_SIZE} octets.`,
    )
  return { type: 'facts', facts }
}

/** Azure: an empty PATCH succeeds. It is no change: nothing is written, and no line in the audit log says so. */
export const changesNothing = (update: object): boolean => Object.keys(update).length === 0
