// `postern identity-provider delete`: back to the embedded directory.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { IDENTITY_PROVIDERS } from '../identity-provider-answers.ts'

export function addIdentityProviderDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description:
      'Have the embedded directory prove the logins of the tenant again. Open sessions end at their next message.',
    examples: ['postern identity-provider delete'],
  }).action((flags: ApiFlags) => runApiCommand(context, flags, remove))
}

async function remove(api: Api): Promise<Answer | Failure> {
  const { tenantId } = api.connection
  const answer = await api.call('DELETE', `${IDENTITY_PROVIDERS}/${tenantId}`)
  if (answer.type === 'failed') return answer
  const text = answer.status === 204 ? 'There was none.\n' : `The logins of tenant ${tenantId} are proven here again.\n`
  return { type: 'answer', json: undefined, text: () => text }
}
