// What is sent and answered on the data plane, as data. Members that are not named here are tolerated and mean nothing.
// Azure: data-plane reference §2.2, §2.3.

import { z } from 'zod'
import { named } from '../responses.ts'

const address = named(
  'EmailAddress',
  z.looseObject({ address: z.string().max(512), displayName: z.string().max(512).nullish() }),
)
const addresses = z.array(address).max(10_000).nullish()

const attachment = named(
  'EmailAttachment',
  z.looseObject({
    name: z.string(),
    contentType: z.string(),
    contentInBase64: z.string(),
    contentId: z.string().nullish(),
  }),
)

export const emailBody = named(
  'EmailMessage',
  z.looseObject({
    senderAddress: z.string().max(512),
    content: z.looseObject({
      subject: z.string(),
      plainText: z.string().nullish(),
      html: z.string().nullish(),
    }),
    recipients: z.looseObject({ to: addresses, cc: addresses, bcc: addresses }),
    replyTo: addresses,
    headers: z.record(z.string(), z.string()).nullish(),
    attachments: z.array(attachment).max(1000).nullish(),
    userEngagementTrackingDisabled: z.boolean().nullish(),
  }),
)

export type EmailBody = z.output<typeof emailBody>

export const OPERATION_STATUSES = ['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled'] as const

export const emailOperation = named(
  'EmailSendResult',
  z.object({
    id: z.guid(),
    status: z.enum(OPERATION_STATUSES),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
)

export type EmailOperationForm = z.output<typeof emailOperation>

/** Azure: every version that was ever published; one schema serves all. */
export const EMAIL_API_VERSIONS = [
  '2021-10-01-preview',
  '2023-01-15-preview',
  '2023-03-31',
  '2024-07-01-preview',
  '2025-01-01-preview',
  '2025-01-15-preview',
  '2025-09-01',
] as const
