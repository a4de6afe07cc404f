// What a list of messages is asked for with. Times are ISO 8601 with their zone, as everywhere in our answers.

import { z } from 'zod'
import type { MessageFilter } from '../../spool/spool.ts'
import { limitQuery } from '../paging.ts'
import { guid } from './queue-schemas.ts'

/** RFC 5321 §4.5.3.1, with room for letters of more than one octet. */
const LONGEST_ADDRESS = 320
/** RFC 5322 §2.1.1: a Message-ID stands on one line. */
const LONGEST_MESSAGE_ID = 998

const address = z.string().min(1).max(LONGEST_ADDRESS)
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

export const messagesQuery = z.object({
  /** `<>` sends reports. */
  sender: address.transform((text) => (text === '<>' ? '' : text)).optional(),
  recipient: address.optional(),
  messageId: z
    .string()
    .min(1)
    .max(LONGEST_MESSAGE_ID)
    .transform((text) => text.replace(/^<(.*)>$/, '$1'))
    .optional(),
  status: z.enum(['queued', 'delivered', 'failed', 'partial']).optional(),
  applicationId: guid.optional(),
  since: time.optional(),
  until: time.optional(),
  limit: limitQuery,
  before: guid.optional(),
}) satisfies z.ZodType<{ readonly [Name in keyof MessageFilter]?: MessageFilter[Name] | undefined }>
