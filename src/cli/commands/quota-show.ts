// `postern quota show`: what one application, service or domain may send, and how much of it is left.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { askQuota, renderQuota } from '../quota-answers.ts'
import { addQuotaPlaceOptions, findQuotaPath, type QuotaFlags } from '../quota-place.ts'

type Flags = ApiFlags & QuotaFlags

export function addQuotaShow(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'show',
    description: 'Show what may be sent and how much of it is left.',
    examples: ['postern quota show --application 11111111-…', 'postern quota show --domain example.com'],
  })
  addQuotaPlaceOptions(command).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => show(api, flags, context.now())),
  )
}

async function show(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const place = await findQuotaPath(api, flags)
  if (place.type === 'failed') return place
  const asked = await askQuota(api, 'GET', place.path)
  if (asked.type === 'failed') return asked
  return { type: 'answer', json: asked.body, text: (paper) => renderQuota(asked.quota, now, paper) }
}
