// `postern event subscription create`: somebody is told of events from now on, at an endpoint that has agreed to it.

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { entriesOfSubscription, eventSubscription } from '../event-answers.ts'
import { addEventScopeOptions, type EventScopeFlags, findEventScope, subscriptionPath } from '../event-scope.ts'
import { type Failure, failed } from '../failure.ts'
import { storedSecret } from '../secret-source.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags &
  EventScopeFlags & {
    readonly name: string
    readonly endpointUrl: string
    readonly eventSchema?: string
    readonly eventType?: readonly string[]
    readonly headersFile?: string
    readonly secretFile?: string
    readonly endpointCaFile?: string
  }

export function addEventSubscriptionCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description:
      'Send events to an endpoint, or change how they are sent. The endpoint is asked first whether it wants them.',
    examples: [
      'postern event subscription create --name monitor --endpoint-url https://monitor.example.com/hook',
      'postern event subscription create --name all --scope / --endpoint-url https://monitor.example.com/hook \\\n    --event-schema CloudEventSchemaV1_0',
    ],
  })
    .requiredOption('--name <name>', 'name of the subscription: 3 to 64 letters, digits and hyphens')
    .requiredOption('--endpoint-url <url>', 'where events are sent; begins with https')
    .option('--event-schema <schema>', 'EventGridSchema (default) or CloudEventSchemaV1_0')
    .option('--event-type <type...>', 'only these types (default: all)')
    .option('--headers-file <file>', 'JSON with headers to send along, such as {"authorization": "…"}')
    .option('--secret-file <file>', 'signing secret, whsec_…; or in POSTERN_WEBHOOK_SECRET (default: one is made)')
    .option('--endpoint-ca-file <file>', 'PEM file of the authorities of the endpoint')
  addEventScopeOptions(command).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => create(api, flags, context)),
  )
}

async function create(api: Api, flags: Flags, { terminal }: CommandContext): Promise<Answer | Failure> {
  const read = readFiles(flags)
  if (read.type === 'failed') return read
  const secret = storedSecret(terminal, {
    variable: 'POSTERN_WEBHOOK_SECRET',
    flag: '--secret-file',
    file: flags.secretFile,
    question: 'Signing secret',
  })
  if (secret?.type === 'failed') return secret
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const { endpointUrl, eventSchema, eventType: eventTypes } = flags
  const properties = { endpointUrl, eventSchema, eventTypes, ...read.members, secret: secret?.secret }
  const answer = await api.call('PUT', subscriptionPath(scope.path, flags.name), {}, { properties })
  if (answer.type === 'failed') return answer
  const parsed = eventSubscription.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the subscription')
  const { state } = parsed.data.properties
  const note = state === 'Validated' ? '' : `\n${AWAITING}\n`
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => renderEntries(entriesOfSubscription(parsed.data), paper) + note,
  }
}

const AWAITING =
  'The endpoint was told an address to open and did not agree by itself. Events are sent once that address is opened.'

function readFiles({
  headersFile,
  endpointCaFile,
}: Flags): { readonly type: 'read'; readonly members: object } | Failure {
  try {
    const headers = headersFile === undefined ? undefined : (JSON.parse(readFileSync(headersFile, 'utf8')) as unknown)
    const ca = endpointCaFile === undefined ? undefined : readFileSync(endpointCaFile, 'utf8')
    return { type: 'read', members: { headers, ca } }
  } catch (error) {
    // A parser quotes what it cannot read, which here are secrets.
    const why = error instanceof SyntaxError ? `${headersFile} is no JSON.` : `Cannot read: ${(error as Error).message}`
    return failed(why, 'postern event subscription create --help')
  }
}
