// The two access keys of a communication service as the API answers them. Azure: control-plane reference §5.4.

import { z } from 'zod'
import type { Answer } from './command.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'
import { renderEntries } from './table.ts'

const accessKeys = z.object({
  primaryKey: z.string(),
  secondaryKey: z.string(),
  primaryConnectionString: z.string(),
  secondaryConnectionString: z.string(),
})

export function answerKeys(body: unknown): Answer | Failure {
  const { data } = accessKeys.safeParse(body)
  if (data === undefined) return unexpectedAnswer('the access keys')
  return {
    type: 'answer',
    json: body,
    text: (paper) =>
      renderEntries(
        [
          ['Primary key', data.primaryKey],
          ['Secondary key', data.secondaryKey],
          ['Primary connection string', data.primaryConnectionString],
          ['Secondary connection string', data.secondaryConnectionString],
        ],
        paper,
      ),
  }
}
