// `postern init`: the beginning of a production installation. It works on the data directory itself, before any server runs, because
// there is nobody yet who could ask an API.

import { existsSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type Answer,
  type CommandContext,
  type OutputFlags,
  addCommand,
  addOutputOption,
  finishWith,
} from '../command.ts'
import { isGuid } from '../directory-lookup.ts'
import { type Failure, failed, misused } from '../failure.ts'
import type { FirstObjects } from '../../server/init.ts'
import { printable } from '../printable.ts'
import { type Paper, renderEntries, showTime } from '../table.ts'

type Flags = OutputFlags & {
  readonly config: string
  readonly tenantId?: string
  readonly displayName?: string
  readonly entraTenant?: string
  readonly entraAdministrator?: string
}

export function addInit(parent: Command, context: CommandContext): void {
  addOutputOption(
    addCommand(parent, {
      usage: 'init',
      description:
        'Make the first objects of an installation: key, tenant, subscription and an administrator. ' +
        'Run it once, on an empty data directory, as the user that will run the service.',
      examples: ['postern init --config postern.yaml', 'postern init --config postern.yaml --display-name Contoso'],
    }),
  )
    .requiredOption('--config <file>', 'configuration file; `postern config describe` prints one with every key')
    .option('--tenant-id <id>', 'id of the tenant (default: a new one)', guid)
    .option('--display-name <text>', 'name of the tenant and its subscription (default: the hostname)')
    .addOption(new Option('--entra-tenant <id>', 'an Entra tenant that signs programs in; not in this version'))
    .addOption(new Option('--entra-administrator <id>', 'its administrator; not in this version'))
    .action(async (flags: Flags) => finishWith(context, flags, await runInit(context, flags)))
}

async function runInit({ terminal, now }: CommandContext, flags: Flags): Promise<Answer | Failure> {
  if (flags.entraTenant !== undefined || flags.entraAdministrator !== undefined)
    return misused(
      'Signing in with Microsoft Entra ID is not in this version.',
      'Leave the --entra options out: the directory of Postern itself is used.',
    )
  const { loadConfig } = await import('../../config/load-config.ts')
  const loaded = loadConfig(flags.config, terminal.env)
  if (loaded.type === 'invalid') {
    const [first] = loaded.problems
    const next = existsSync(flags.config)
      ? `See all: postern config check --config ${flags.config}`
      : `Make one: (umask 077; postern config describe > ${flags.config})`
    return failed(`${first?.path}: ${first?.message}`, next)
  }
  const { config } = loaded
  const { initialize } = await import('../../server/init.ts')
  const { tenantId, displayName = config.hostname } = flags
  const outcome = await initialize({ config, environment: terminal.env, tenantId, displayName, now: now() })
  if (outcome.type === 'refused') return failed(outcome.message, 'See: postern init --help')
  return answerOf(outcome.objects, flags.config)
}

function answerOf(objects: FirstObjects, configFile: string): Answer {
  const { tenantId, subscriptionId, administrator, createdKeyFile, endpoint, caFile } = objects
  const { applicationId, servicePrincipalId, secretId, clientSecret, secretEndsAt } = administrator
  const json = {
    tenantId,
    subscriptionId,
    administrator: {
      applicationId,
      servicePrincipalId,
      secretId,
      clientSecret,
      endDateTime: new Date(secretEndsAt).toISOString(),
    },
    createdKeyFile: createdKeyFile ?? null,
    endpoint,
    caFile: caFile ?? null,
  }
  return { type: 'answer', json, text: (paper) => show(objects, configFile, paper) }
}

function show(objects: FirstObjects, configFile: string, paper: Paper): string {
  const { tenantId, subscriptionId, administrator, createdKeyFile } = objects
  const entries = renderEntries(
    [
      ['Tenant', tenantId],
      ['Subscription', subscriptionId],
      ['Administrator', administrator.applicationId],
      ['Secret', administrator.clientSecret],
      ['Valid until', showTime(administrator.secretEndsAt)],
      ['Installation key', createdKeyFile && `${createdKeyFile} (made now)`],
    ],
    paper,
  )
  return `${entries}\nThis is the only time the secret is shown.\n\n${nextSteps(objects, configFile)}`
}

function nextSteps(objects: FirstObjects, configFile: string): string {
  const { tenantId, administrator, createdKeyFile, endpoint, caFile } = objects
  const backup = 'Keep a copy of the installation key apart from the data: what is sealed under a lost key never opens.'
  const variables = [
    `POSTERN_ENDPOINT=${endpoint}`,
    ...(caFile === undefined ? [] : [`POSTERN_CA_FILE=${caFile}`]),
    `POSTERN_TENANT_ID=${tenantId}`,
    `POSTERN_CLIENT_ID=${administrator.applicationId}`,
  ]
  const steps = [
    ...(createdKeyFile === undefined ? [] : [backup]),
    `Start the service, as this same user:\n     postern serve --config ${configFile}`,
    `Manage it from anywhere${caFile === undefined ? '' : ', with a copy of the CA file'}; the commands ask for the secret, or take it from POSTERN_CLIENT_SECRET:\n` +
      `     export ${variables.join(' \\\n       ')}`,
    'Make what sends mail, in this order:\n' +
      '     postern group create --name mail --location global\n' +
      '     postern communication email create --name mail-domains -g mail --data-location Europe\n' +
      '     postern communication email domain create --domain-name example.com --email-service-name mail-domains\n' +
      '     postern communication email domain initiate-verification --domain-name example.com --email-service-name mail-domains\n' +
      '     postern communication create --name contoso -g mail --data-location Europe --linked-domains <id of the domain>\n' +
      '     postern communication smtp-credential create --name printer --comm-service-name contoso',
    `Let a person sign in to the portal, ${endpoint.replace(/\/*$/, '/portal/')}; the password is shown once:\n` +
      '     postern ad user create --display-name "Ada Lovelace" --user-principal-name ada@example.com\n' +
      '     postern role assignment create --assignee <object id> --role "Postern Administrator" --scope /',
  ]
  const numbered = steps.map((step, index) => `  ${index + 1}. ${step.split('\n').map(printable).join('\n')}\n`)
  return `Next:\n${numbered.join('')}`
}

function guid(text: string): string {
  if (isGuid(text)) return text.toLowerCase()
  throw new InvalidArgumentError('It must be a GUID.')
}
