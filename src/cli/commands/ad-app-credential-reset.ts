// `postern ad app credential reset`: a new client secret, shown once. Without --append the others go, as with `az`; they go after the
// new one exists, so that a failure on the way never leaves an application without any.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { addPassword, type NewPassword } from '../applications.ts'
import {
  type Answer,
  type ApiFlags,
  type CommandContext,
  addApiCommand,
  positiveInteger,
  runApiCommand,
} from '../command.ts'
import { isoTime, yearsLater } from '../iso-time.ts'
import { type FoundApplication, findApplication } from '../directory-lookup.ts'
import { type Failure, failed } from '../failure.ts'
import { type Paper, renderEntries, showTime } from '../table.ts'

type Flags = ApiFlags & {
  readonly id: string
  readonly displayName?: string
  readonly endDate?: string
  readonly years?: number
  readonly append?: true
}

export function addAdAppCredentialReset(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'reset',
    description: 'Make a new client secret and show it once. The others stop working unless --append is given.',
    examples: [
      'postern ad app credential reset --id 11111111-2222-3333-4444-555555555555 --append --display-name "SAP, 2027"',
    ],
  })
    .requiredOption('--id <id>', 'application id or object id of the application')
    .option('--display-name <text>', 'what the secret is for')
    .option('--end-date <date>', 'when it ends: 2027-12-31 or 2027-12-31T18:00:00Z', isoTime)
    .addOption(
      new Option('--years <number>', 'how long it lasts (default: 2)').argParser(positiveInteger).conflicts('endDate'),
    )
    .option('--append', 'keep the other secrets of the application')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => resetCredential(api, flags, context.now())))
}

async function resetCredential(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const found = await findApplication(api, flags.id)
  if (found.type === 'failed') return found
  const path = `/v1.0/applications/${found.application.id}`
  const made = await addPassword(api, found.application.id, requestOf(flags, now))
  if (made.type === 'failed') return made
  const failure = flags.append === true ? undefined : await removeOthers(api, found, path)
  const shown = (paper: Paper): string => showPassword(found, made.password, paper)
  return { type: 'answer', json: made.body, text: shown, ...(failure && { failure }) }
}

function requestOf({ displayName, endDate, years }: Flags, now: number): Parameters<typeof addPassword>[2] {
  const end = years === undefined ? endDate : yearsLater(now, years)
  return { ...(displayName && { displayName }), ...(end && { endDateTime: end }) }
}

async function removeOthers(api: Api, { application }: FoundApplication, path: string): Promise<Failure | undefined> {
  for (const { keyId } of application.passwordCredentials) {
    const answer = await api.call('POST', `${path}/removePassword`, {}, { keyId })
    if (answer.type === 'failed') {
      const next = `Remove it: postern ad app credential delete --id ${application.appId} --key-id ${keyId}`
      return failed(`The new secret works, but an old one could not be removed: ${answer.what}`, next)
    }
  }
  return undefined
}

function showPassword({ application }: FoundApplication, password: NewPassword['password'], paper: Paper): string {
  const entries = renderEntries(
    [
      ['Application', `${application.displayName} (${application.appId})`],
      ['Key id', password.keyId],
      ['Secret', password.secretText],
      ['Valid until', showTime(password.endDateTime)],
    ],
    paper,
  )
  return `${entries}\nThis is the only time the secret is shown.\n`
}
