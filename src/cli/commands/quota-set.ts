// `postern quota set`: limits what an application, a communication service or a domain may send, from the next message on.

import { type Command, InvalidArgumentError } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { askQuota, renderQuota } from '../quota-answers.ts'
import { addQuotaPlaceOptions, findQuotaPath, type QuotaFlags } from '../quota-place.ts'

const WINDOWS = ['minute', 'hour', 'day'] as const

type Windows = { readonly [Window in (typeof WINDOWS)[number]]?: number }
type Flags = ApiFlags & QuotaFlags & { readonly messages?: Windows; readonly recipients?: Windows }

export function addQuotaSet(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'set',
    description:
      'Limit what may be sent, from the next message on. What is left out is not limited: this is the whole quota.',
    examples: [
      'postern quota set --application 11111111-… --messages 30/minute,1000/day',
      'postern quota set --domain example.com --messages 10000/day --recipients 20000/day',
    ],
  })
    .option('--messages <limits>', 'such as 30/minute,1000/day; windows: minute, hour, day', limits)
    .option('--recipients <limits>', 'the same, of the recipients of all messages together', limits)
  addQuotaPlaceOptions(command).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => set(api, flags, context.now())),
  )
}

function limits(text: string): Windows {
  const pairs = text.split(',').map((part): [string, number] => {
    const [, count = '', window = ''] = /^\s*([0-9]{1,10})\s*\/\s*([a-z]+)\s*$/.exec(part) ?? []
    if (!WINDOWS.some((one) => one === window))
      throw new InvalidArgumentError('Give numbers with their window, such as 30/minute,1000/day.')
    return [window, Number(count)]
  })
  if (new Set(pairs.map(([window]) => window)).size < pairs.length)
    throw new InvalidArgumentError('Give each window once.')
  return Object.fromEntries(pairs)
}

async function set(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const { messages, recipients } = flags
  if (messages === undefined && recipients === undefined)
    return misused(
      'Say how much may be sent.',
      'Give --messages, --recipients, or both; postern quota remove ends one.',
    )
  const place = await findQuotaPath(api, flags)
  if (place.type === 'failed') return place
  const asked = { ...(messages && { messages }), ...(recipients && { recipients }) }
  const answered = await askQuota(api, 'PUT', place.path, { properties: { limits: asked } })
  if (answered.type === 'failed') return answered
  return { type: 'answer', json: answered.body, text: (paper) => renderQuota(answered.quota, now, paper) }
}
