// Stored SMTP usernames as the API answers them, and what the resource of one is called. Azure: control-plane reference §5.10.

import { type ResourceAnswer, textIn } from './resource-commands.ts'
import type { Column, Entry } from './table.ts'

export const SMTP_USERNAME_COLUMNS: readonly Column<ResourceAnswer>[] = [
  { heading: 'Name', value: ({ name }) => name },
  { heading: 'User name', value: (shown) => textIn(shown, 'username') },
  { heading: 'Application', value: (shown) => textIn(shown, 'entraApplicationId') },
  { heading: 'Tenant', value: (shown) => textIn(shown, 'tenantId') },
  { heading: 'Default sender', value: (shown) => textIn(shown, 'defaultFrom') },
]

export function entriesOfSmtpUsername(shown: ResourceAnswer): readonly Entry[] {
  return SMTP_USERNAME_COLUMNS.map(({ heading, value }) => [heading, value(shown)])
}

/** Azure: the name of the resource has only letters, digits and hyphens; a user name may have more. */
export function resourceNameOf(username: string): string {
  return username.replace(/[^a-z0-9]+/gi, '-').replace(/^-+|-+$/g, '') || 'smtp'
}
