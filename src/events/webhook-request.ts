// The requests that a webhook gets: an event, and the question whether it wants events at all. Every request with a body is signed.
// Azure: data-plane reference §4.3. CloudEvents, HTTP 1.1 Web Hooks for Event Delivery §3, §4.

import type { StoredEvent } from '../storage/events.ts'
import type { EventSubscription } from '../storage/webhooks.ts'
import { formOfEvent } from './event-form.ts'
import type { WebhookAnswer, WebhookLine, WebhookRequest } from './webhook-line.ts'
import { secretsAt, signatureHeaders, type WebhookTarget } from './webhook-target.ts'

type Addressee = Pick<EventSubscription, 'name' | 'eventSchema' | 'ca'>

/** `attempts`: those before this one. */
export function notification(
  { name, eventSchema, ca }: Addressee,
  target: WebhookTarget,
  event: StoredEvent,
  { at, attempts }: { readonly at: number; readonly attempts: number },
): WebhookRequest {
  const { contentType, body } = formOfEvent(event, eventSchema)
  const own = eventSchema === 'EventGridSchema' ? { ...GRID_HEADERS, 'aeg-event-type': 'Notification' } : {}
  return {
    method: 'POST',
    url: target.url,
    headers: {
      ...target.headers,
      'content-type': contentType,
      ...own,
      'aeg-subscription-name': name.toUpperCase(),
      'aeg-delivery-count': String(attempts),
      ...signatureHeaders(secretsAt(target, at), { id: event.eventId, at, body }),
    },
    body,
    ...(ca === undefined ? {} : { ca }),
  }
}

const GRID_HEADERS = { 'aeg-data-version': '1.0', 'aeg-metadata-version': '1' } as const

export type Question = {
  readonly id: string
  readonly at: number
  /** What it would hear of. */
  readonly topic: string
  readonly code: string
  /** Where somebody can agree for it. */
  readonly validationUrl: string
  /** What asks: a host name. */
  readonly origin: string
}

export type Handshake =
  | { readonly type: 'agreed' }
  /** It is there and said nothing, so somebody else has to. */
  | { readonly type: 'silent' }
  | { readonly type: 'refused'; readonly detail: string }

/** Asks an endpoint whether it wants to be sent events: whoever names it here may not be who runs it. */
export async function shakeHands(
  line: Pick<WebhookLine, 'send'>,
  addressee: Addressee,
  target: WebhookTarget,
  question: Question,
): Promise<Handshake> {
  const isGrid = addressee.eventSchema === 'EventGridSchema'
  const asked = isGrid ? gridQuestion(addressee, target, question) : cloudQuestion(addressee, target, question)
  const answer = await line.send(asked)
  if (answer.type === 'failed') return { type: 'refused', detail: answer.detail }
  if (answer.status < 200 || answer.status > 299)
    return { type: 'refused', detail: `it answers ${answer.status} to the question whether it wants events` }
  const isAgreed = isGrid ? answer.status === 200 && repeats(answer, question.code) : allows(answer, question.origin)
  return { type: isAgreed ? 'agreed' : 'silent' }
}

function gridQuestion(
  { ca }: Addressee,
  target: WebhookTarget,
  { id, at, topic, code, validationUrl }: Question,
): WebhookRequest {
  const event = {
    id,
    topic,
    subject: '',
    data: { validationCode: code, validationUrl },
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: new Date(at).toISOString(),
    metadataVersion: '1',
    dataVersion: '2',
  }
  const body = Buffer.from(JSON.stringify([event]))
  return {
    method: 'POST',
    url: target.url,
    headers: {
      ...target.headers,
      'content-type': 'application/json; charset=utf-8',
      'aeg-event-type': 'SubscriptionValidation',
      ...signatureHeaders(secretsAt(target, at), { id, at, body }),
    },
    body,
    ...(ca === undefined ? {} : { ca }),
  }
}

function cloudQuestion({ ca }: Addressee, target: WebhookTarget, { origin, validationUrl }: Question): WebhookRequest {
  return {
    method: 'OPTIONS',
    url: target.url,
    headers: {
      ...target.headers,
      'webhook-request-origin': origin,
      'webhook-request-callback': validationUrl,
      'webhook-request-rate': '120',
    },
    ...(ca === undefined ? {} : { ca }),
  }
}

type Answered = Extract<WebhookAnswer, { type: 'answer' }>

function repeats({ body }: Answered, code: string): boolean {
  try {
    const said = JSON.parse(body.toString()) as { readonly validationResponse?: unknown } | null
    return said?.validationResponse === code
  } catch {
    return false
  }
}

function allows({ headers }: Answered, origin: string): boolean {
  const allowed = headers['webhook-allowed-origin']?.trim().toLowerCase()
  return allowed === '*' || allowed === origin.toLowerCase()
}
