// `postern event subscription rotate-secret`: the next secret that a receiver checks signatures with. Until the old one ends, requests
// carry a signature of each.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { duration } from '../duration.ts'
import { entriesOfSubscription, eventSubscription } from '../event-answers.ts'
import { addEventScopeOptions, type EventScopeFlags, findEventScope, subscriptionPath } from '../event-scope.ts'
import type { Failure } from '../failure.ts'
import { storedSecret } from '../secret-source.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags &
  EventScopeFlags & {
    readonly name: string
    readonly overlap?: number
    readonly now?: true
    readonly endOld?: true
    readonly secretFile?: string
  }

export function addEventSubscriptionRotateSecret(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'rotate-secret',
    description:
      'Sign with a next secret, which is shown once; for a day with the one before as well, so that the receiver can change over.',
    examples: [
      'postern event subscription rotate-secret --name monitor',
      'postern event subscription rotate-secret --name monitor --overlap 7d',
      'postern event subscription rotate-secret --name monitor --end-old',
    ],
  })
    .requiredOption('--name <name>', 'name of the subscription')
    .addOption(
      new Option('--overlap <time>', 'how long the one before is signed with as well (default: 24h)').argParser(
        duration,
      ),
    )
    .addOption(new Option('--now', 'the ones before end at once').conflicts('overlap'))
    .addOption(
      new Option('--end-old', 'make no next one: those before the present one end at once').conflicts([
        'overlap',
        'now',
        'secretFile',
      ]),
    )
    .option('--secret-file <file>', 'the next secret, whsec_…; or in POSTERN_WEBHOOK_SECRET (default: one is made)')
  addEventScopeOptions(command).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => rotate(api, flags, context)),
  )
}

async function rotate(api: Api, flags: Flags, { terminal }: CommandContext): Promise<Answer | Failure> {
  const secret = storedSecret(terminal, {
    variable: 'POSTERN_WEBHOOK_SECRET',
    flag: '--secret-file',
    file: flags.secretFile,
    question: 'Signing secret',
  })
  if (secret?.type === 'failed') return secret
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const body = flags.endOld ? { endOldSecrets: true } : { overlap: overlapOf(flags), secret: secret?.secret }
  const answer = await api.call('POST', `${subscriptionPath(scope.path, flags.name)}/rotateSecret`, {}, body)
  if (answer.type === 'failed') return answer
  const parsed = eventSubscription.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the subscription')
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => renderEntries(entriesOfSubscription(parsed.data), paper),
  }
}

function overlapOf({ now, overlap }: Flags): number | undefined {
  if (now) return 0
  return overlap === undefined ? undefined : Math.ceil(overlap / 1000)
}
