// Subscriptions to events and the outbox as one room.

import type { WebhookReader, WebhookWriter } from '../webhooks.ts'
import { eventDeliveryReader, eventDeliveryWriter } from './event-deliveries.ts'
import { eventSubscriptionReader, eventSubscriptionWriter } from './event-subscriptions.ts'
import type { InSql } from './sql.ts'

export const webhookReader: InSql<WebhookReader> = { ...eventSubscriptionReader, ...eventDeliveryReader }
export const webhookWriter: InSql<WebhookWriter> = { ...eventSubscriptionWriter, ...eventDeliveryWriter }
