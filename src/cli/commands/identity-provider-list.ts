// `postern identity-provider list`: the tenants that the credential can see, each with who proves its logins.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import {
  IDENTITY_PROVIDERS,
  type IdentityProvider,
  identityProviders,
  originOf,
  placeOf,
} from '../identity-provider-answers.ts'
import { type Column, renderTable } from '../table.ts'

const COLUMNS: readonly Column<IdentityProvider>[] = [
  { heading: 'Tenant', value: ({ name }) => name },
  { heading: 'Provider', value: ({ properties }) => properties.provider },
  { heading: 'At', value: placeOf },
  { heading: 'Origin', value: originOf },
]

export function addIdentityProviderList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List tenants with their identity providers: those that the credential can see.',
    examples: ['postern identity-provider list'],
  }).action((flags: ApiFlags) => runApiCommand(context, flags, list))
}

async function list(api: Api): Promise<Answer | Failure> {
  const answer = await api.list(IDENTITY_PROVIDERS)
  if (answer.type === 'failed') return answer
  const parsed = identityProviders.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('identity providers')
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(parsed.data.value, COLUMNS, paper) }
}
