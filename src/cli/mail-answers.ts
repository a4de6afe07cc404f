// What our own mail operations answer, as far as commands show it.

import { z } from 'zod'
import { traceSchema } from './explain-text.ts'

const messageSummary = z.object({
  id: z.string(),
  reversePath: z.string(),
  recipients: z.array(
    z.object({
      forwardPath: z.string(),
      status: z.string(),
      attempts: z.number(),
      nextAttemptAt: z.string().optional(),
      lastReply: z.string().optional(),
    }),
  ),
  receivedAt: z.string(),
  size: z.number(),
  subject: z.string(),
  internetMessageId: z.string(),
  resource: z.string(),
  applicationId: z.string(),
  status: z.string(),
})
export const messageList = z.object({ value: z.array(messageSummary), nextLink: z.url().optional() })
export type MessageList = z.infer<typeof messageList>
export type MessageSummary = z.infer<typeof messageSummary>

export const messageTimeline = z.object({
  message: messageSummary.optional(),
  messages: z.array(messageSummary).optional(),
  decision: z.object({ reference: z.string(), trace: traceSchema }).optional(),
  timeline: z.array(
    z.object({
      at: z.string(),
      kind: z.string(),
      recipient: z.string().optional(),
      status: z.string().optional(),
      detail: z.string(),
      id: z.string().optional(),
    }),
  ),
})
export type MessageTimeline = z.infer<typeof messageTimeline>
