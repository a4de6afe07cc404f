// Whether the endpoint of a subscription has agreed that it is sent events.

import { StateBadge } from '../../parts/state-badge.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { EventSubscription } from './subscription.ts'
import { eventsTexts } from './texts.ts'

export function SubscriptionState({ state }: { readonly state: EventSubscription['properties']['state'] }) {
  const t = useTexts(eventsTexts)
  return <StateBadge look={state === 'Validated' ? 'good' : 'warning'} text={t.states[state]} />
}
