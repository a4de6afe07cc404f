// How a queued message stands.

import { StateBadge } from '../../parts/state-badge.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { QueueState } from './queued.ts'
import { queueTexts } from './texts.ts'

const LOOKS = { waiting: 'none', active: 'good', held: 'warning' } as const

export function QueueStateBadge({ state }: { readonly state: QueueState }) {
  return <StateBadge look={LOOKS[state]} text={useTexts(queueTexts).states[state]} />
}
