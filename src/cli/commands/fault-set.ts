// `postern fault set`: lets something go wrong for an application or a communication service, for a while.

import { Argument, type Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { findApplication, unexpectedAnswer } from '../directory-lookup.ts'
import { duration, showUntil } from '../duration.ts'
import { type Failure, misused } from '../failure.ts'
import { fault, FAULTS, targetOf } from '../fault-answers.ts'
import { printable } from '../printable.ts'
import { addPlaceOptions, COMMUNICATION_SERVICE, findTopLevel, type PlaceFlags } from '../resource-lookup.ts'
import { CREDENTIAL_FAULTS, SENDING_FAULTS } from '../../resources/fault-kinds.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly application?: string
    readonly commServiceName?: string
    readonly for?: number
    readonly delay?: number
    readonly retryAfter?: number
  }

export function addFaultSet(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'set',
    description: 'Let something go wrong on request: for an application, or for whoever sends through a service.',
    examples: [
      'postern fault set expired-secret --application 11111111-… --for 10m',
      'postern fault set throttled --comm-service-name contoso --retry-after 30s',
      'postern fault set recipients --application 11111111-…',
    ],
  })
    .addArgument(new Argument('<kind>', 'what goes wrong').choices([...CREDENTIAL_FAULTS, ...SENDING_FAULTS]))
    .option('--application <id>', 'for this application, wherever it sends')
    .option('--comm-service-name <name>', 'for this communication service, whoever sends')
    .option('--for <time>', 'for so long, at most 24h (default: 1h)', duration)
    .option('--delay <time>', 'of what is slow: how much later, at most 2m', duration)
    .option('--retry-after <time>', 'of throttled: what clients are told to wait, at most 4m', duration)
  addPlaceOptions(command, 'find').action((kind: string, flags: Flags) =>
    runApiCommand(context, flags, (api) => set(api, kind, flags, context.now())),
  )
}

async function set(api: Api, kind: string, flags: Flags, now: number): Promise<Answer | Failure> {
  const target = await findTarget(api, flags)
  if ('type' in target) return target
  const { delay, retryAfter } = flags
  const answer = await api.call(
    'POST',
    FAULTS,
    {},
    {
      ...target,
      kind,
      ...(flags.for === undefined ? {} : { endsAt: new Date(now + flags.for).toISOString() }),
      ...(delay === undefined ? {} : { delay }),
      ...(retryAfter === undefined ? {} : { retryAfter: Math.ceil(retryAfter / 1000) }),
    },
  )
  if (answer.type === 'failed') return answer
  const parsed = fault.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the fault')
  const { id, endsAt } = parsed.data
  const line = `${kind} for ${targetOf(parsed.data)}; ends ${showUntil(endsAt, now)}. Clear: postern fault clear --id ${id}`
  return { type: 'answer', json: answer.body, text: () => `${printable(line)}\n` }
}

async function findTarget(api: Api, { application, commServiceName, ...place }: Flags): Promise<object | Failure> {
  if ((application === undefined) === (commServiceName === undefined))
    return misused('Say whose fault it is to be.', 'Give either --application or --comm-service-name.')
  if (application !== undefined) {
    const found = await findApplication(api, application)
    return found.type === 'failed' ? found : { applicationId: found.application.appId }
  }
  const found = await findTopLevel(api, COMMUNICATION_SERVICE, commServiceName ?? '', place)
  return found.type === 'failed' ? found : { communicationServiceId: found.id }
}
