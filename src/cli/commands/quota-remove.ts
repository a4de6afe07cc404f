// `postern quota remove`: what was set holds no more; what the configuration says does again.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, notFound } from '../failure.ts'
import { addQuotaPlaceOptions, findQuotaPath, type QuotaFlags } from '../quota-place.ts'

type Flags = ApiFlags & QuotaFlags

export function addQuotaRemove(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'remove',
    description: 'Remove a quota that is set. What the configuration says holds again, or nothing.',
    examples: ['postern quota remove --application 11111111-…'],
  })
  addQuotaPlaceOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const place = await findQuotaPath(api, flags)
  if (place.type === 'failed') return place
  const answer = await api.call('DELETE', place.path)
  if (answer.type === 'failed') return answer
  if (answer.status === 204) return notFound('No quota is set there.', 'postern quota list shows what is set.')
  return { type: 'answer', json: undefined, text: () => 'Removed.\n' }
}
