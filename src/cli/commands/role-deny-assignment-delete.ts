// `postern role deny-assignment delete`: removes what overrides every role. What the roles grant counts again at once.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { deletionLine } from '../resource-commands.ts'
import { armPath } from '../resource-lookup.ts'
import { AUTHORIZATION_API_VERSION } from '../role-lookup.ts'

type Flags = ApiFlags & { readonly ids: readonly string[] }

const DENY_ID = /^\/(.+\/)?providers\/Microsoft\.Authorization\/denyAssignments\/[^/]+$/i

export function addRoleDenyAssignmentDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Remove deny assignments. What roles grant counts again at once.',
    examples: [
      'postern role deny-assignment delete --ids /subscriptions/…/providers/Microsoft.Authorization/denyAssignments/66666666-…',
    ],
  })
    .requiredOption('--ids <id...>', 'full ids, as `list` shows them')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, { ids }: Flags): Promise<Answer | Failure> {
  const wrong = ids.find((id) => !DENY_ID.test(id))
  if (wrong !== undefined)
    return misused(`${wrong} is not the id of a deny assignment.`, 'Copy it from: postern role deny-assignment list')
  const lines: string[] = []
  for (const id of ids) {
    const answer = await api.call('DELETE', armPath(id), { 'api-version': AUTHORIZATION_API_VERSION })
    if (answer.type === 'failed') return answer
    lines.push(deletionLine(answer.status, id))
  }
  return { type: 'answer', json: ids, text: () => lines.join('') }
}
