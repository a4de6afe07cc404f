// Messages, captures and decisions as they are shown. What a decision's trace has depends on how far the walk went.

import { z } from 'zod'
import { named, time } from '../responses.ts'

const recipient = z.object({
  forwardPath: z.string(),
  status: z.enum(['queued', 'delivered', 'deferred', 'failed', 'suppressed']),
  attempts: z.int(),
  /** While there is one to come. */
  nextAttemptAt: time.optional(),
  /** Of the last attempt that failed. */
  lastReply: z.string().optional(),
})

export const messageSummary = {
  id: z.guid(),
  resource: z.string(),
  applicationId: z.guid(),
  reversePath: z.string(),
  recipients: z.array(recipient),
  subject: z.string(),
  internetMessageId: z.string(),
  receivedAt: time,
  size: z.int(),
  status: z.enum(['queued', 'delivered', 'failed', 'partial']),
}

export const messageSchema = named('Message', z.object(messageSummary))

const client = z.object({ address: z.string(), name: z.string() })

const KINDS = ['login', 'decision', 'policy', 'queued', 'attempt', 'final', 'hold', 'report', 'event', 'note'] as const
const timeline = z.array(
  z.object({
    at: time,
    /** `refused` only where a reference was asked for, `webhook` only in an answer of its own. */
    kind: z.enum([...KINDS, 'refused', 'webhook']),
    recipient: z.string().optional(),
    status: z.string().optional(),
    /** All of it in words. */
    detail: z.string(),
    /** Of the hold, of the event (also of one that a webhook is told), or the queue id of the report. */
    id: z.string().optional(),
    transport: z.string().optional(),
    enhancedStatusCode: z.string().optional(),
    remote: z
      .object({
        host: z.string(),
        address: z.string().optional(),
        tls: z.string().optional(),
        reply: z.string().optional(),
      })
      .optional(),
  }),
)

export const messageDetailSchema = named(
  'MessageDetail',
  z.object({
    ...messageSummary,
    fromField: z.string(),
    principalId: z.guid(),
    client,
    timeline,
  }),
)

export const captureSchema = named(
  'CapturedMessage',
  z.object({
    id: z.guid(),
    resource: z.string(),
    envelope: z.object({ reversePath: z.string(), recipients: z.array(z.string()) }),
    subject: z.string(),
    receivedAt: time,
  }),
)

export const capturesDeleted = named('CapturesDeleted', z.object({ deleted: z.int() }))

const texts = z.array(z.string())
const access = z.object({
  scope: z.string(),
  requiredActions: texts,
  missingActions: texts,
  dataAction: z.string(),
  assignments: z.array(
    z.object({
      assignmentName: z.string(),
      scope: z.string(),
      roleName: z.string(),
      principalId: z.guid(),
      verdict: z.string(),
    }),
  ),
  deniedBy: z.string().optional(),
})

const steps = z.array(z.object({ step: z.string(), passed: z.boolean(), detail: z.string() }))
const suggestions = z.array(
  z.object({
    text: z.string(),
    command: z.string().optional(),
    setting: z.object({ name: z.string(), value: z.string() }).optional(),
  }),
)

export const diagnosisSchema = named(
  'LoginDiagnosis',
  z.object({
    at: time,
    outcome: z.enum(['may send', 'refused', 'unavailable', 'not seen']),
    reason: z.string(),
    steps,
    access: access.optional(),
    login: z.object({ resourceId: z.string(), applicationId: z.string(), tenantId: z.string() }).optional(),
    secretEndsAt: time.optional(),
    senderAddresses: texts,
    suggestions,
  }),
)

/** What was refused, to whom, and in a word why. */
export const decisionSubject = {
  stage: z.enum(['AUTH', 'MAIL', 'RCPT', 'DATA']),
  outcome: z.enum(['rejected', 'unavailable']),
  reason: z.string(),
  reply: z.string(),
  client,
  listener: z.string(),
  mechanism: z.string().optional(),
  username: z.string().optional(),
  tenantId: z.string().optional(),
  resourceId: z.string().optional(),
  applicationId: z.string().optional(),
  principalId: z.string().optional(),
  sender: z.string().optional(),
  /** Of the message, where it had one. */
  queueId: z.guid().optional(),
}

export const decisionSchema = named(
  'Decision',
  z.object({
    reference: z.string(),
    at: time,
    trace: z.object({
      ...decisionSubject,
      /** Milliseconds since the epoch. */
      at: z.int(),
      steps,
      access: access.optional(),
      suggestions,
    }),
  }),
)

/** By a reference: the decision, and the message that it names, where there is one. */
export const messageTimelineSchema = named(
  'MessageTimeline',
  z.object({
    message: messageDetailSchema.optional(),
    decision: decisionSchema.optional(),
    /** Where several came under the operation id that was asked for, on as many resources: to be asked for by their own ids. */
    messages: z.array(messageSchema).optional(),
    timeline,
  }),
)
