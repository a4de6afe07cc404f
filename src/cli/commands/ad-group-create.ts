// `postern ad group create`: a security group. Roles given to a group are its members'.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { parseGroup } from '../groups.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags & { readonly displayName: string; readonly mailNickname?: string }

export function addAdGroupCreate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'create',
    description: 'Make a group. A role assigned to a group holds for all its members, nested ones included.',
    examples: ['postern ad group create --display-name Printers'],
  })
    .requiredOption('--display-name <text>', 'its name')
    .option('--mail-nickname <text>', 'what Graph wants besides (default: made from the name)')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, { displayName, mailNickname }: Flags): Promise<Answer | Failure> {
  const nickname = mailNickname ?? (displayName.replace(/[^a-z0-9._-]+/gi, '') || 'group')
  // Azure: all four are required.
  const body = { displayName, mailNickname: nickname, mailEnabled: false, securityEnabled: true }
  const answer = await api.call('POST', '/v1.0/groups', {}, body)
  if (answer.type === 'failed') return answer
  const group = parseGroup(answer.body)
  if (group === undefined) return unexpectedAnswer('the new group')
  const entries = [
    ['Name', group.displayName],
    ['Object id', group.id],
  ] as const
  return { type: 'answer', json: answer.body, text: (paper) => renderEntries(entries, paper) }
}
