// `postern identity-provider show`: who proves the logins of the tenant, and how it is asked.

import type { Command } from 'commander'
import { type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { IDENTITY_PROVIDERS, identityProviderAnswer } from '../identity-provider-answers.ts'

export function addIdentityProviderShow(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'show',
    description: 'Show which identity provider the tenant has, and how it is asked.',
    examples: ['postern identity-provider show'],
  }).action((flags: ApiFlags) =>
    runApiCommand(context, flags, async (api) => {
      const answer = await api.call('GET', `${IDENTITY_PROVIDERS}/${api.connection.tenantId}`)
      return answer.type === 'failed' ? answer : identityProviderAnswer(answer.body)
    }),
  )
}
