// Sender usernames as the API answers them. Azure: control-plane reference §5.8.

import { type ResourceAnswer, textIn } from './resource-commands.ts'
import type { Column, Entry } from './table.ts'

export const SENDER_USERNAME_COLUMNS: readonly Column<ResourceAnswer>[] = [
  { heading: 'Name', value: ({ name }) => name },
  { heading: 'Local part', value: (shown) => textIn(shown, 'username') },
  { heading: 'Display name', value: (shown) => textIn(shown, 'displayName') },
]

export function entriesOfSenderUsername(shown: ResourceAnswer): readonly Entry[] {
  return SENDER_USERNAME_COLUMNS.map(({ heading, value }) => [heading, value(shown)])
}
