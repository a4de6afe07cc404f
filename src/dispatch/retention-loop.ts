// Lets what is past its time go, in small batches with pauses, so that nobody waits for it.

import type { Clock } from '../config/clock.ts'
import type { Retention, RetentionLimits } from '../storage/storage.ts'

const BETWEEN_SWEEPS = 60_000
const BETWEEN_BATCHES = 100

export function startRetention(service: {
  readonly retention: Retention
  readonly limits: RetentionLimits
  readonly clock: Clock
  readonly onFailure: (what: string, error: unknown) => void
}): { stop(): void } {
  let cancel = () => {}
  let stopped = false
  async function sweep(): Promise<void> {
    let more = false
    try {
      more = await service.retention.sweep(service.clock.now(), service.limits)
    } catch (error) {
      service.onFailure('retention', error)
    }
    if (!stopped) cancel = service.clock.after(more ? BETWEEN_BATCHES : BETWEEN_SWEEPS, () => void sweep())
  }
  cancel = service.clock.after(BETWEEN_BATCHES, () => void sweep())
  return {
    stop() {
      stopped = true
      cancel()
    },
  }
}
