// An event as its receiver reads it: in the schema of Event Grid, an array of one, or as a CloudEvent. Azure: data-plane reference §4.1,
// §4.2. CloudEvents 1.0 §3.1, and its JSON format §3.

import type { StoredEvent } from '../storage/events.ts'
import type { EventSchema } from '../storage/webhooks.ts'

export type EventForm = { readonly contentType: string; readonly body: Buffer }

export function formOfEvent(event: StoredEvent, schema: EventSchema): EventForm {
  return schema === 'EventGridSchema'
    ? { contentType: 'application/json; charset=utf-8', body: octets([gridEvent(event)]) }
    : { contentType: 'application/cloudevents+json; charset=utf-8', body: octets(cloudEvent(event)) }
}

const octets = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

function gridEvent({ eventId, source, subject, type, at, data }: StoredEvent): object {
  return {
    id: eventId,
    topic: source,
    subject,
    data,
    eventType: type,
    dataVersion: '1.0',
    metadataVersion: '1',
    eventTime: new Date(at).toISOString(),
  }
}

function cloudEvent({ eventId, source, subject, type, at, data }: StoredEvent): object {
  return {
    specversion: '1.0',
    type,
    source,
    id: eventId,
    time: new Date(at).toISOString(),
    subject,
    datacontenttype: 'application/json',
    data,
  }
}
