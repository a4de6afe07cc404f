// `postern explain REF`: why a login, a sender or a message was refused, in plain words: how far it came, which step failed, which
// roles were looked at, every action that is missing, and what to do.

import type { Command } from 'commander'
import { z } from 'zod'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { renderTrace, traceSchema } from '../explain-text.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { canonicalReference, isReference } from '../reference-text.ts'

export function addExplain(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'explain <reference>',
    description:
      'Say why something was refused: a login, a sender or a message. The reference stands in brackets at the end of the reply.',
    examples: ['postern explain 7K3M9QXW2B'],
  }).action((reference: string, flags: ApiFlags) => runApiCommand(context, flags, (api) => explain(api, reference)))
}

async function explain(api: Api, given: string): Promise<Answer | Failure> {
  const reference = canonicalReference(given)
  if (!isReference(reference)) {
    return misused(
      `${given} is not a reference.`,
      'Give the ten letters and digits in brackets at the end of the reply.',
    )
  }
  const answer = await api.call('GET', `/providers/Postern.Mail/decisions/${reference}`)
  if (answer.type === 'failed') return answer.status === 404 ? unknownReference(reference) : answer
  const parsed = z.object({ trace: traceSchema }).safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(`decision ${reference}`)
  return { type: 'answer', json: answer.body, text: (paper) => renderTrace(reference, parsed.data.trace, paper) }
}

function unknownReference(reference: string): Failure {
  return failed(
    `There is no decision ${reference} that this credential may read.`,
    'Check for a typing mistake; decisions are kept for 30 days, and reading one needs the data action Postern.Mail/decisions/read.',
  )
}
