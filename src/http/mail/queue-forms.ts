// Small forms that the answers about the queue share.

import type { HoldSelection } from '../../storage/holds.ts'
import { baseUrlOf } from '../audiences.ts'

/** The ports tell what is absent from what is undefined. */
export function present<Query extends object>(query: Query): { [Key in keyof Query]: Exclude<Query[Key], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never
}

/** The same question from `before` on; nothing where there is no more. */
export function nextLink(asked: string, publicUrl: string, path: string, before: string | undefined): object {
  if (before === undefined) return {}
  const parameters = new URL(asked).searchParams
  parameters.set('before', before)
  return { nextLink: `${baseUrlOf(publicUrl)}${path}?${parameters.toString()}` }
}

/** No member: everything of the tenant. */
export const selectionForm = ({ queueId, sender, ...selection }: HoldSelection) => ({
  ...(queueId === undefined ? {} : { id: queueId }),
  ...selection,
  // The canonical form of no address.
  ...(sender === undefined ? {} : { sender: sender === '@' ? '<>' : sender }),
})
