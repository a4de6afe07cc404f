// `postern event replay`: tells a subscriber of events again: of those that were given up, of some, or of all of a time.

import type { Command } from 'commander'
import { z } from 'zod'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { addEventScopeOptions, type EventScopeFlags, findEventScope, subscriptionPath } from '../event-scope.ts'
import { type Failure, misused } from '../failure.ts'
import { isoTime } from '../iso-time.ts'

type Flags = ApiFlags &
  EventScopeFlags & {
    readonly name: string
    readonly dead?: true
    readonly event?: readonly string[]
    readonly from?: string
    readonly to?: string
  }

const replayed = z.object({ replayed: z.number(), more: z.boolean() })

export function addEventReplay(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'replay',
    description: 'Tell a subscriber again: of what was given up, of certain events, or of a time.',
    examples: [
      'postern event replay --name monitor --dead',
      'postern event replay --name monitor --from 2030-01-31T00:00:00Z --to 2030-01-31T06:00:00Z',
    ],
  })
    .requiredOption('--name <name>', 'name of the subscription')
    .option('--dead', 'everything that was given up')
    .option('--event <id...>', 'these events')
    .option('--from <time>', 'everything from then on: 2030-01-31 or 2030-01-31T18:00:00Z', isoTime)
    .option('--to <time>', 'up to then', isoTime)
  addEventScopeOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => replay(api, flags)))
}

async function replay(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { name, dead, event: eventIds, from, to } = flags
  if ([dead, eventIds, from].filter((one) => one !== undefined).length !== 1)
    return misused('Say what to replay: --dead, --event or --from.', 'postern event replay --help')
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const body = { ...(dead && { status: 'dead' }), eventIds, from, to }
  const answer = await api.call('POST', `${subscriptionPath(scope.path, name)}/replay`, {}, body)
  if (answer.type === 'failed') return answer
  const parsed = replayed.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the replay')
  const { replayed: count, more } = parsed.data
  const rest = more ? 'There are more than are told at once: say the rest by its time, or the same again.\n' : ''
  return { type: 'answer', json: answer.body, text: () => `${count} events are told again.\n${rest}` }
}
