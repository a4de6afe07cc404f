// What a resource is found by when its id is not known: logins name communication services and SMTP usernames, senders name domains
// and sender usernames, deliveries name suppressed addresses. One rule per type, applied when a resource is stored; whoever looks up must apply the same form.

import { canonicalDomain } from './domain-name.ts'
import type { Resource } from './resource.ts'
import { canonicalAddress } from './mail-address.ts'
import {
  COMMUNICATION_SERVICES,
  DOMAINS,
  SENDER_USERNAMES,
  SMTP_USERNAMES,
  SUPPRESSION_LIST_ADDRESSES,
  SUPPRESSION_LISTS,
} from './resource-types.ts'
import { canonicalSmtpUsername } from './smtp-username-rules.ts'

const KEYS = new Map<string, (resource: Pick<Resource, 'name' | 'properties'>) => string | undefined>([
  [COMMUNICATION_SERVICES.toLowerCase(), ({ name }) => name.toLowerCase()],
  [
    SMTP_USERNAMES.toLowerCase(),
    ({ properties }) => {
      const username = properties['username']
      return typeof username === 'string' ? canonicalSmtpUsername(username) : undefined
    },
  ],
  [
    SENDER_USERNAMES.toLowerCase(),
    ({ name, properties }) => {
      const username = properties['username']
      return (typeof username === 'string' ? username : name).toLowerCase()
    },
  ],
  [
    DOMAINS.toLowerCase(),
    ({ name, properties }) => {
      const domain = properties['fromSenderDomain']
      return canonicalDomain(typeof domain === 'string' ? domain : name)
    },
  ],
  [
    SUPPRESSION_LISTS.toLowerCase(),
    ({ properties }) => {
      const listName = properties['listName']
      return typeof listName === 'string' ? listName.toLowerCase() : undefined
    },
  ],
  [
    SUPPRESSION_LIST_ADDRESSES.toLowerCase(),
    ({ properties }) => {
      const email = properties['email']
      return typeof email === 'string' ? canonicalAddress(email) : undefined
    },
  ],
])

/** Undefined for types that are only found by id, and for a resource that lacks what it would be found by. */
export function lookupKeyOf(resource: Pick<Resource, 'type' | 'name' | 'properties'>): string | undefined {
  return KEYS.get(resource.type.toLowerCase())?.(resource)
}
