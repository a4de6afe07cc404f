// `postern role definition create`: a custom role from a JSON file.

import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { readRoleFile } from '../role-files.ts'
import { putRoleDefinition } from '../role-definitions.ts'

type Flags = ApiFlags & { readonly roleDefinition: string }

export function addRoleDefinitionCreate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'create',
    description: 'Make a custom role from a JSON file, in the shape that `az role definition create` or the API takes.',
    examples: ['postern role definition create --role-definition sender.json'],
  })
    .requiredOption('--role-definition <file>', 'JSON file; a GUID in it becomes the name of the role')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const document = readRoleFile(flags.roleDefinition)
  if (document.type === 'failed') return document
  return putRoleDefinition(api, document.name ?? randomUUID(), document.properties)
}
