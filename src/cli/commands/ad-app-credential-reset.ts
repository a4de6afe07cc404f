// `postern ad app credential reset`: a new client secret, shown once. Without --append the others go, as with `az`; they go after the
// new one exists, so that a failure on the way never leaves an application without any. With --overlap they work for a while longer, so
// that devices can be changed one by one without a refused login. Device passwords and client secrets are apart: making anew the one kind
// leaves the other alone.

import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Api } from '../api.ts'
import { addDevicePassword, addPassword, type NewPassword } from '../applications.ts'
import {
  type Answer,
  type ApiFlags,
  type CommandContext,
  addApiCommand,
  positiveInteger,
  runApiCommand,
} from '../command.ts'
import { isoTime, yearsLater } from '../iso-time.ts'
import { type FoundApplication, findApplication, unexpectedAnswer } from '../directory-lookup.ts'
import { duration } from '../duration.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { DEVICE_PASSWORD_IDENTIFIER } from '../../identity/device-password.ts'
import { type Column, type Paper, renderEntries, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & {
  readonly id: string
  readonly displayName?: string
  readonly endDate?: string
  readonly years?: number
  readonly append?: true
  readonly overlap?: number
  readonly devicePassword?: true
  readonly network?: string
}

export function addAdAppCredentialReset(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'reset',
    description:
      'Make a new client secret and show it once. The others stop working, unless --append or --overlap is given.',
    examples: [
      'postern ad app credential reset --id 11111111-2222-3333-4444-555555555555 --overlap 7d',
      'postern ad app credential reset --id 11111111-2222-3333-4444-555555555555 --append --display-name "SAP, 2027"',
      'postern ad app credential reset --id 11111111-2222-3333-4444-555555555555 --device-password --network printers',
    ],
  })
    .requiredOption('--id <id>', 'application id or object id of the application')
    .option('--display-name <text>', 'what the secret is for')
    .option('--end-date <date>', 'when it ends: 2027-12-31 or 2027-12-31T18:00:00Z', isoTime)
    .addOption(
      new Option('--years <number>', 'how long it lasts (default: 2)').argParser(positiveInteger).conflicts('endDate'),
    )
    .option('--append', 'keep the other secrets of the application')
    .addOption(
      new Option('--overlap <time>', 'how long the others still work, such as 7d; none later than it would anyway')
        .argParser(duration)
        .conflicts('append'),
    )
    .addOption(
      new Option(
        '--device-password',
        'instead of a client secret, a password of 20 characters for a device: for SMTP only',
      ).conflicts('overlap'),
    )
    .option(
      '--network <name>',
      'where the device password is good: a network of the configuration (default: everywhere)',
    )
    .action((flags: Flags) => runApiCommand(context, flags, (api) => answerReset(api, flags, context.now())))
}

async function answerReset(api: Api, { overlap = 0, ...flags }: Flags, now: number): Promise<Answer | Failure> {
  if (flags.network !== undefined && flags.devicePassword === undefined)
    return misused('Only a device password is bound to a network.', 'Add --device-password.')
  return overlap === 0 ? resetCredential(api, flags, now) : rotateSecret(api, { ...flags, overlap }, now)
}

const oldSecret = z.object({
  keyId: z.string(),
  displayName: z.string().nullable(),
  hint: z.string().nullable(),
  endDateTime: z.string(),
})
type OldSecret = z.infer<typeof oldSecret>
const rotation = z.object({
  keyId: z.string(),
  secretText: z.string(),
  endDateTime: z.string(),
  oldSecrets: z.array(oldSecret),
})

async function resetCredential(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const found = await findApplication(api, flags.id)
  if (found.type === 'failed') return found
  const path = `/v1.0/applications/${found.application.id}`
  const request = requestOf(flags, now)
  const made =
    flags.devicePassword === undefined
      ? await addPassword(api, found.application.id, request)
      : await addDevicePassword(api, found.application.id, {
          ...request,
          ...(flags.network && { network: flags.network }),
        })
  if (made.type === 'failed') return made
  const failure = flags.append === true ? undefined : await removeOthers(api, found, path, flags)
  const shown = (paper: Paper): string => showPassword(found, made.password, paper)
  return { type: 'answer', json: made.body, text: shown, ...(failure && { failure }) }
}

function requestOf({ displayName, endDate, years }: Flags, now: number): Parameters<typeof addPassword>[2] {
  const end = years === undefined ? endDate : yearsLater(now, years)
  return { ...(displayName && { displayName }), ...(end && { endDateTime: end }) }
}

/** Those of the same kind. */
async function removeOthers(
  api: Api,
  { application }: FoundApplication,
  path: string,
  { devicePassword }: Flags,
): Promise<Failure | undefined> {
  const others = application.passwordCredentials.filter(
    ({ customKeyIdentifier }) => (customKeyIdentifier === DEVICE_PASSWORD_IDENTIFIER) === (devicePassword === true),
  )
  for (const { keyId } of others) {
    const answer = await api.call('POST', `${path}/removePassword`, {}, { keyId })
    if (answer.type === 'failed') {
      const next = `Remove it: postern ad app credential delete --id ${application.appId} --key-id ${keyId}`
      return failed(`The new secret works, but an old one could not be removed: ${answer.what}`, next)
    }
  }
  return undefined
}

async function rotateSecret(
  api: Api,
  flags: Flags & { readonly overlap: number },
  now: number,
): Promise<Answer | Failure> {
  const found = await findApplication(api, flags.id)
  if (found.type === 'failed') return found
  const body = { overlap: Math.ceil(flags.overlap / 1000), ...requestOf(flags, now) }
  const path = `/providers/Postern.Mail/applications/${found.application.id}/rotateSecret`
  const answer = await api.call('POST', path, {}, body)
  if (answer.type === 'failed') return answer
  const parsed = rotation.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the new secret')
  const { oldSecrets, ...secret } = parsed.data
  const text = (paper: Paper) => showPassword(found, secret, paper) + showOldSecrets(found, oldSecrets, paper)
  return { type: 'answer', json: answer.body, text }
}

function showOldSecrets({ application }: FoundApplication, oldSecrets: readonly OldSecret[], paper: Paper): string {
  if (oldSecrets.length === 0) return 'There was no other secret that still works.\n'
  const table = renderTable(oldSecrets, OLD_SECRETS, paper)
  const report = `postern ad app credential list --id ${application.appId} --superseded`
  return `\nThe old ones still work, each until its end:\n${table}Who still uses one: ${report}\n`
}

const OLD_SECRETS: readonly Column<OldSecret>[] = [
  { heading: 'Old key id', value: ({ keyId }) => keyId },
  { heading: 'Hint', value: ({ hint }) => (hint ? `${hint}…` : '') },
  { heading: 'Name', value: ({ displayName }) => displayName ?? '', flexible: true },
  { heading: 'Works until', value: ({ endDateTime }) => showTime(endDateTime) },
]

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
