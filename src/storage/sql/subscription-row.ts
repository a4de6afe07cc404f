// A subscription between its row and its shape.

import type { Subscription } from '../storage.ts'

export const SELECT_SUBSCRIPTIONS = `
  SELECT subscription_id, tenant_id, display_name, tags, unregistered_providers FROM subscriptions`

export type SubscriptionRow = {
  subscription_id: string
  tenant_id: string
  display_name: string
  tags: string | null
  unregistered_providers: string | null
}

export function subscriptionOf(row: SubscriptionRow): Subscription {
  return {
    subscriptionId: row.subscription_id,
    tenantId: row.tenant_id,
    displayName: row.display_name,
    ...(row.tags === null ? {} : { tags: JSON.parse(row.tags) as Record<string, string> }),
    ...(row.unregistered_providers === null
      ? {}
      : { unregisteredProviders: JSON.parse(row.unregistered_providers) as string[] }),
  }
}
