// What commands for ARM resources have in common: make one that is not there yet, list, show and delete. A command says which resource
// and how its row reads. Azure: control-plane reference §1.4, §5.2.

import { z } from 'zod'
import type { Api } from './api.ts'
import type { Answer } from './command.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, failed } from './failure.ts'
import { printable } from './printable.ts'
import { armPath, COMMUNICATION_API_VERSION, groupOf } from './resource-lookup.ts'
import { type Column, type Entry, renderEntries, renderTable } from './table.ts'

const resource = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
})
const resourceList = z.object({ value: z.array(resource) })
export type ResourceAnswer = z.infer<typeof resource>

/** Azure: a PUT overwrites. `create` never does: what is there may be in use. */
export async function createResource(
  api: Api,
  id: string,
  body: object,
  entriesOf: (made: ResourceAnswer) => readonly Entry[] = entriesOfTracked,
): Promise<Answer | Failure> {
  const query = { 'api-version': COMMUNICATION_API_VERSION }
  const answer = await api.call('PUT', armPath(id), query, body, { 'if-none-match': '*' })
  if (answer.type === 'failed')
    return answer.status === 412 ? failed(`${id} exists already; nothing was changed.`, 'Choose another name.') : answer
  return resourceAnswer(answer.body, id, entriesOf)
}

export async function showResource(
  api: Api,
  id: string,
  entriesOf: (shown: ResourceAnswer) => readonly Entry[] = entriesOfTracked,
): Promise<Answer | Failure> {
  const answer = await api.call('GET', armPath(id), { 'api-version': COMMUNICATION_API_VERSION })
  return answer.type === 'failed' ? answer : resourceAnswer(answer.body, id, entriesOf)
}

/** What the API answered about one resource, as entries. */
export function resourceAnswer(
  body: unknown,
  id: string,
  entriesOf: (shown: ResourceAnswer) => readonly Entry[],
): Answer | Failure {
  const parsed = resource.safeParse(body)
  if (!parsed.success) return unexpectedAnswer(id)
  return { type: 'answer', json: body, text: (paper) => renderEntries(entriesOf(parsed.data), paper) }
}

/** `path` is that of the collection. */
export async function listResources(
  api: Api,
  path: string,
  columns: readonly Column<ResourceAnswer>[],
  version: string = COMMUNICATION_API_VERSION,
): Promise<Answer | Failure> {
  const answer = await api.list(armPath(path), { 'api-version': version })
  if (answer.type === 'failed') return answer
  const parsed = resourceList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(path)
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(parsed.data.value, columns, paper) }
}

export async function deleteResource(
  api: Api,
  id: string,
  version: string = COMMUNICATION_API_VERSION,
): Promise<Answer | Failure> {
  const answer = await api.call('DELETE', armPath(id), { 'api-version': version })
  if (answer.type === 'failed') return answer
  return { type: 'answer', json: answer.body, text: () => deletionLine(answer.status, id) }
}

/** Azure: deleting what is not there is no failure, and 204 instead of 200 or 202. */
export function deletionLine(status: number, what: string): string {
  return `${status === 204 ? 'Was not there:' : 'Deleted'} ${printable(what)}\n`
}

export const TRACKED_COLUMNS: readonly Column<ResourceAnswer>[] = [
  { heading: 'Name', value: ({ name }) => name },
  { heading: 'Resource group', value: ({ id }) => groupOf(id) },
  { heading: 'Location', value: ({ location }) => location },
  { heading: 'Data location', value: (shown) => textIn(shown, 'dataLocation') },
  { heading: 'State', value: (shown) => textIn(shown, 'provisioningState') },
]

export function entriesOfTracked(shown: ResourceAnswer): readonly Entry[] {
  return [
    ['Name', shown.name],
    ['Resource group', groupOf(shown.id)],
    ['Location', shown.location],
    ['Data location', textIn(shown, 'dataLocation')],
    ['State', textIn(shown, 'provisioningState')],
    ['Host name', textIn(shown, 'hostName')],
    ['Linked domains', linkedDomainsOf(shown)],
    ['Id', shown.id],
  ]
}

export function textIn({ properties }: ResourceAnswer, name: string): string | undefined {
  const value = properties[name]
  return typeof value === 'string' ? value : undefined
}

function linkedDomainsOf({ properties }: ResourceAnswer): readonly string[] {
  const links = properties['linkedDomains']
  return Array.isArray(links) ? links.filter((link) => typeof link === 'string') : []
}
