// The resource types we serve, in the casing we write them, and what their resources may be called. Types are compared without regard
// to case. Azure: control-plane reference §5.3 for the names, §4.2 for resource groups.

import { canonicalDomain } from './domain-name.ts'

export const SUBSCRIPTIONS = 'Microsoft.Resources/subscriptions'
export const RESOURCE_GROUPS = 'Microsoft.Resources/resourceGroups'
export const COMMUNICATION_SERVICES = 'Microsoft.Communication/communicationServices'
export const SMTP_USERNAMES = 'Microsoft.Communication/communicationServices/smtpUsernames'
export const EMAIL_SERVICES = 'Microsoft.Communication/emailServices'
export const DOMAINS = 'Microsoft.Communication/emailServices/domains'
export const SENDER_USERNAMES = 'Microsoft.Communication/emailServices/domains/senderUsernames'
export const SUPPRESSION_LISTS = 'Microsoft.Communication/emailServices/domains/suppressionLists'
export const SUPPRESSION_LIST_ADDRESSES =
  'Microsoft.Communication/emailServices/domains/suppressionLists/suppressionListAddresses'

/** The name of a domain that the installation manages itself. */
export const MANAGED_DOMAIN_NAME = 'AzureManagedDomain'

/** The sender username that every domain starts with. */
export const DEFAULT_SENDER_USERNAME = 'DoNotReply'

export const isSameType = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

// Deviates: Azure lets a communication service begin with `-` or `_`. Its name is the first part of an SMTP username, and there a
// letter or digit must come first.
const COMMUNICATION_SERVICE_NAME = /^[a-z0-9][\w-]{0,62}$/i

// The Dot-string of RFC 5321 §4.1.2 without `/`, which no id could hold.
const SENDER_USERNAME = /^(?=.{1,253}$)[\w!#$%&'*+=?^`{|}~-]+(?:\.[\w!#$%&'*+=?^`{|}~-]+)*$/

const isDomainName = (name: string) =>
  name.toLowerCase() === MANAGED_DOMAIN_NAME.toLowerCase() || canonicalDomain(name) !== undefined

const nameRules: readonly (readonly [type: string, allows: (name: string) => boolean])[] = [
  [RESOURCE_GROUPS, (name) => /^[\p{L}\p{N}_.()-]{1,90}$/u.test(name) && !name.endsWith('.')],
  [COMMUNICATION_SERVICES, (name) => COMMUNICATION_SERVICE_NAME.test(name)],
  [SMTP_USERNAMES, (name) => /^[a-z0-9-]{1,253}$/i.test(name)],
  [EMAIL_SERVICES, (name) => /^[a-z0-9-]{1,63}$/i.test(name)],
  [DOMAINS, isDomainName],
  [SENDER_USERNAMES, (name) => SENDER_USERNAME.test(name)],
  [SUPPRESSION_LISTS, (name) => /^[a-z0-9-]{1,253}$/i.test(name)],
  [SUPPRESSION_LIST_ADDRESSES, (name) => /^[a-z0-9-]{1,253}$/i.test(name)],
]

/** Whether a new resource of the type may have the name. False for a type that is not ours to make. */
export function isResourceName(type: string, name: string): boolean {
  return nameRules.some(([ruled, allows]) => isSameType(ruled, type) && allows(name))
}
