// What the queue tools of the API answer, as far as commands show it.

import { z } from 'zod'

const recipient = z.object({
  forwardPath: z.string(),
  status: z.string(),
  attempts: z.number(),
  nextAttemptAt: z.string().optional(),
  lastReply: z.string().optional(),
})
const queued = z.object({
  id: z.string(),
  reversePath: z.string(),
  recipients: z.array(recipient),
  receivedAt: z.string(),
  subject: z.string(),
  applicationId: z.string(),
  state: z.string(),
  nextAttemptAt: z.string().optional(),
})
export type Queued = z.infer<typeof queued>
export const queueList = z.object({ value: z.array(queued), nextLink: z.url().optional() })

const selection = z.object({
  id: z.string().optional(),
  applicationId: z.string().optional(),
  sender: z.string().optional(),
  destination: z.string().optional(),
})
export type HoldSelection = z.infer<typeof selection>

export const queuedDetail = queued.extend({
  size: z.number(),
  internetMessageId: z.string(),
  resource: z.string(),
  holds: z.array(z.object({ id: z.string(), selection, reason: z.string() })),
})
export type QueuedDetail = z.infer<typeof queuedDetail>

const group = z.object({
  applicationId: z.string(),
  destination: z.string(),
  messages: z.number(),
  recipients: z.number(),
  held: z.number(),
  oldestAt: z.string(),
  nextAttemptAt: z.string().optional(),
})
export type QueueGroup = z.infer<typeof group>
export const queueGroups = z.object({ messages: z.number(), isComplete: z.boolean(), value: z.array(group) })
export type QueueGroups = z.infer<typeof queueGroups>

export const acted = z.object({
  value: z.array(z.object({ id: z.string(), outcome: z.string() })),
  next: z.string().optional(),
})
export type Acted = z.infer<typeof acted>['value']

const hold = z.object({ id: z.string(), selection, reason: z.string(), createdAt: z.string(), createdBy: z.string() })
export const held = z.object({ value: z.array(hold), missing: z.array(z.string()) })
const countedHold = hold.extend({ parked: z.number() })
export type Hold = z.infer<typeof countedHold>
export const holdList = z.object({ value: z.array(countedHold) })

const destination = z.object({
  destination: z.string(),
  window: z.number(),
  connections: z.number(),
  failures: z.number(),
  pausedUntil: z.string().optional(),
  lastReply: z.string(),
  updatedAt: z.string(),
})
export type Destination = z.infer<typeof destination>
export const destinationList = z.object({ value: z.array(destination) })

const suppression = z.object({
  address: z.string(),
  reason: z.string(),
  detail: z.string(),
  messageId: z.string().optional(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  bounces: z.number(),
})
export type Suppression = z.infer<typeof suppression>
export const suppressionList = z.object({ value: z.array(suppression), nextLink: z.url().optional() })
