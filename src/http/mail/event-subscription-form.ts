// What a subscription to events may say, and how it is shown. The address of an endpoint may hold a secret in its query, so only what is
// before that is shown; headers by their names.

import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { isWebhookSecret } from '../../events/webhook-target.ts'
import { EVENT_SCHEMAS, type EventSubscription } from '../../storage/webhooks.ts'
import { EVENT_SUBSCRIPTIONS } from '../arm/arm-target.ts'
import { named, time } from '../responses.ts'

/** Those that are ours to say, or that would change where the request goes or how it is read. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|user-agent|aeg-.*|webhook-.*|ce-.*)$/i

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/i, 'the name of a header')
  .refine((name) => !OWN_HEADERS.test(name), 'a header that may be chosen')
const headerValue = z.string().regex(/^[\x20-\x7e]{0,2048}$/, 'printable ASCII, at most 2048 characters')

export const eventSubscriptionBody = z.object({
  properties: z.object({
    /** Left out it stays: it may hold a secret that nobody is shown. */
    endpointUrl: z
      .string()
      .max(2048)
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'a URL that begins with https')
      .optional(),
    eventSchema: z.enum(EVENT_SCHEMAS).default('EventGridSchema'),
    /** Without any, all. */
    eventTypes: z
      .array(z.string().regex(/^[\w.-]{1,128}$/, 'the type of an event'))
      .max(64)
      .default([]),
    /** Left out they stay as they are. */
    headers: z
      .record(headerName, headerValue)
      .refine((headers) => Object.keys(headers).length <= 10, 'at most 10 headers')
      .optional(),
    /** Left out it stays, or one is made. */
    secret: z.string().refine(isWebhookSecret, 'whsec_ and 24 to 64 octets in base64').optional(),
    ca: z.string().max(65_536).refine(isCertificate, 'certificates in PEM').optional(),
  }),
})
type Body = z.output<typeof eventSubscriptionBody>
export type GivenSubscription = Body['properties'] & { readonly endpointUrl: string }

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== ''
  } catch {
    return false
  }
}

export const eventSubscriptionSchema = named(
  'EventSubscription',
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.object({
      /** Without its query. */
      endpointBaseUrl: z.string(),
      eventSchema: z.enum(EVENT_SCHEMAS),
      eventTypes: z.array(z.string()),
      headerNames: z.array(z.string()),
      ca: z.string().optional(),
      /** Nothing is sent to an endpoint that has not agreed; where it was asked to open an address, somebody has until then. */
      state: z.enum(['Validated', 'AwaitingManualAction']),
      validationEndsAt: time.optional(),
      createdAt: time,
      /** Until then requests are signed with the secrets from before, too. */
      oldSecretsEndAt: time.optional(),
      /** When one was made, and at no other time. */
      secret: z.string().optional(),
    }),
  }),
)

/** As it is at the moment `at`. */
export function subscriptionForm(subscription: EventSubscription, at: number, secret?: string): object {
  const { scope, name, endpoint, eventSchema, eventTypes, headerNames, ca, validation, createdAt } = subscription
  const { oldSecretsEndAt = 0 } = subscription
  return {
    id: `${scope === '/' ? '' : scope}/providers/${EVENT_SUBSCRIPTIONS}/${name}`,
    name,
    type: EVENT_SUBSCRIPTIONS,
    properties: {
      endpointBaseUrl: endpoint,
      eventSchema,
      eventTypes,
      headerNames,
      ca,
      state: validation === undefined ? 'Validated' : 'AwaitingManualAction',
      validationEndsAt: validation && new Date(validation.until).toISOString(),
      createdAt: new Date(createdAt).toISOString(),
      oldSecretsEndAt: oldSecretsEndAt > at ? new Date(oldSecretsEndAt).toISOString() : undefined,
      secret,
    },
  }
}
