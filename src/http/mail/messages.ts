// What became of accepted mail: metadata and timeline, never content. A message that may not be read and one that never was give the
// same answer.

import type { Context } from 'hono'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import type { MessageDetail, MessageSummary, RecipientSummary } from '../../spool/spool.ts'
import { controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { readQuery } from '../validation.ts'
import { messagesQuery } from './message-filter.ts'
import { nextLink, present } from './queue-forms.ts'
import { resourcesOpenTo } from './readable-scopes.ts'

const READ = controlAction(MAIL_ACTIONS.readMessages)
export const MESSAGES_PATH = '/providers/Postern.Mail/messages'

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function listMessages({ storage, publicUrl }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, messagesQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const open = await resourcesOpenTo(storage, c.var.caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const { messages, next } = await storage.read.messages.search({ ...open.where, ...present(query.value) })
    return c.json({ value: messages.map(summaryForm), ...nextLink(c.req.url, publicUrl(), MESSAGES_PATH, next) })
  }
}

export function readMessage({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const id = idInPath(c.req.url)
    const message = id === undefined ? undefined : await storage.read.messages.find(caller.tenantId, id)
    if (message !== undefined && mayDo(caller, READ, message.resourceId)) return c.json(detailForm(message))
    return answerRefusal(c, notFound('MessageNotFound', 'There is no such message, or it may not be read.'))
  }
}

/** `place`: which part of the path. A Message-ID keeps its case and may hold what a path would not. Angle brackets are forgiven. */
export function idInPath(url: string, place = -1): string | undefined {
  const encoded = new URL(url).pathname.split('/').at(place) ?? ''
  try {
    return decodeURIComponent(encoded).replace(/^<(.*)>$/, '$1')
  } catch {
    return undefined
  }
}

export function summaryForm(message: MessageSummary): object {
  const { queueId, resourceId, applicationId, reversePath, recipients, subject, internetMessageId, size, status } =
    message
  const receivedAt = new Date(message.receivedAt).toISOString()
  return {
    id: queueId,
    resource: resourceId,
    applicationId,
    reversePath,
    recipients: recipients.map(recipientForm),
    subject,
    internetMessageId,
    receivedAt,
    size,
    status,
  }
}

export function recipientForm({ nextAttemptAt, ...recipient }: RecipientSummary): object {
  return nextAttemptAt === undefined
    ? recipient
    : { ...recipient, nextAttemptAt: new Date(nextAttemptAt).toISOString() }
}

export function detailForm(message: MessageDetail): object {
  const { fromField, principalId, client } = message.envelope
  return { ...summaryForm(message), fromField, principalId, client, timeline: timelineForm(message.timeline) }
}

export const timelineForm = (timeline: readonly { readonly at: number }[]): readonly object[] =>
  timeline.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() }))
