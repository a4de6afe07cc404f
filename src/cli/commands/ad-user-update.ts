// `postern ad user update`: another name, whether the user may sign in, or another password. A new password and a disabled account end
// every session of the user.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { printable } from '../printable.ts'
import {
  addPasswordOptions,
  choosePassword,
  type PasswordFlags,
  passwordProfile,
  shownOnce,
  userPath,
} from '../users.ts'

type Flags = ApiFlags &
  PasswordFlags & {
    readonly id: string
    readonly displayName?: string
    readonly accountEnabled?: 'true' | 'false'
    readonly resetPassword?: true
  }

export function addAdUserUpdate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'update',
    description: 'Change a user. A new password, and disabling, end every session of the user at once.',
    examples: [
      'postern ad user update --id ada@example.com --reset-password',
      'postern ad user update --id ada@example.com --account-enabled false',
    ],
  })
    .requiredOption('--id <id>', 'object id or user name')
    .option('--display-name <text>', 'another name')
    .addOption(new Option('--account-enabled <state>', 'whether the user may sign in').choices(['true', 'false']))
    .option('--reset-password', 'another password; made and shown once where none is given')
  addPasswordOptions(command).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => update(context, api, flags)),
  )
}

async function update({ terminal }: CommandContext, api: Api, flags: Flags): Promise<Answer | Failure> {
  const { id, displayName, accountEnabled, forceChangePasswordNextSignIn: force } = flags
  const isReset = flags.resetPassword ?? flags.password ?? flags.passwordFile !== undefined
  const chosen = isReset ? await choosePassword(terminal, flags) : undefined
  if (chosen?.type === 'failed') return chosen
  const mustChange = force && { forceChangePasswordNextSignIn: force === 'true' }
  const profile = chosen === undefined ? mustChange : passwordProfile(chosen.password, flags)
  const body = {
    ...(displayName !== undefined && { displayName }),
    ...(accountEnabled && { accountEnabled: accountEnabled === 'true' }),
    ...(profile && { passwordProfile: profile }),
  }
  if (Object.keys(body).length === 0)
    return misused('Nothing is to be changed.', 'Give --display-name, --account-enabled or --reset-password.')
  const answer = await api.call('PATCH', userPath(id), {}, body)
  if (answer.type === 'failed') return answer
  const json = chosen?.isMade === true ? { id, password: chosen.password } : { id }
  const text = `Changed ${printable(id)}\n${chosen === undefined ? '' : shownOnce(chosen)}`
  return { type: 'answer', json, text: () => text }
}
