// Groups of the directory through Graph, and how one is found by name or object id. Azure: control-plane reference §7.

import { z } from 'zod'
import type { Api } from './api.ts'
import { odataText } from './applications.ts'
import { isGuid, unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, misused, notFound } from './failure.ts'

const group = z.object({ id: z.string(), displayName: z.string() })
const groupList = z.object({ value: z.array(group) })
export type GroupAnswer = z.infer<typeof group>

export function parseGroup(body: unknown): GroupAnswer | undefined {
  return group.safeParse(body).data
}

export function parseGroups(body: unknown): readonly GroupAnswer[] | undefined {
  return groupList.safeParse(body).data?.value
}

export type FoundGroup = { readonly type: 'group'; readonly id: string; readonly displayName: string }

/** `group` is an object id or a name. */
export async function findDirectoryGroup(api: Api, name: string): Promise<FoundGroup | Failure> {
  if (isGuid(name)) return { type: 'group', id: name, displayName: name }
  const answer = await api.list('/v1.0/groups', { $filter: `displayName eq ${odataText(name)}` })
  if (answer.type === 'failed') return answer
  const groups = parseGroups(answer.body)
  if (groups === undefined) return unexpectedAnswer('groups')
  const [only, ...others] = groups
  if (only === undefined) return notFound(`There is no group named ${name}.`, 'See: postern ad group list')
  if (others.length === 0) return { type: 'group', ...only }
  return misused(`There are several groups named ${name}.`, 'Give the object id: postern ad group list')
}
