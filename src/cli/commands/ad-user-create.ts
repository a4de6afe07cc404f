// `postern ad user create`: somebody who signs in to the portal. They have no role yet.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { renderEntries } from '../table.ts'
import {
  addPasswordOptions,
  choosePassword,
  parseUser,
  type PasswordFlags,
  passwordProfile,
  shownOnce,
} from '../users.ts'

type Flags = ApiFlags &
  PasswordFlags & { readonly displayName: string; readonly userPrincipalName: string; readonly mailNickname?: string }

export function addAdUserCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Make a user, who signs in to the portal. Without a password one is made and shown once.',
    examples: ['postern ad user create --display-name "Ada Lovelace" --user-principal-name ada@example.com'],
  })
    .requiredOption('--display-name <text>', 'the name of the person')
    .requiredOption('--user-principal-name <name>', 'what the person signs in with: name@domain')
    .option('--mail-nickname <text>', 'what Graph wants besides (default: what is before the @)')
  addPasswordOptions(command).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => create(context, api, flags)),
  )
}

async function create({ terminal }: CommandContext, api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = await choosePassword(terminal, flags)
  if (chosen.type === 'failed') return chosen
  const { displayName, userPrincipalName, mailNickname = userPrincipalName.split('@')[0] } = flags
  const named = { displayName, userPrincipalName, mailNickname }
  const body = { accountEnabled: true, ...named, passwordProfile: passwordProfile(chosen.password, flags) }
  const answer = await api.call('POST', '/v1.0/users', {}, body)
  if (answer.type === 'failed') return answer
  const made = parseUser(answer.body)
  if (made === undefined) return unexpectedAnswer('the new user')
  const entries = [
    ['Name', made.displayName],
    ['User name', made.userPrincipalName],
    ['Object id', made.id],
  ] as const
  const json = chosen.isMade ? { ...(answer.body as object), password: chosen.password } : answer.body
  return { type: 'answer', json, text: (paper) => renderEntries(entries, paper) + shownOnce(chosen) }
}
