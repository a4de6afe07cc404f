// Engagement as the threads have it: the links, which the dispatch thread writes into mail and the API answers, and what tells of them.

import { createEngagementLinks } from '../engagement/engagement-links.ts'
import { createEngagementRecorder } from '../engagement/engagement-recorder.ts'
import type { EngagementDependencies } from '../http/engagement/engagement.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ThreadSettings } from './thread-protocol.ts'
import type { ThreadStore } from './thread-store.ts'

export const engagementLinksOf = ({ keys, publicUrl }: Pick<ThreadSettings, 'keys' | 'publicUrl'>) =>
  createEngagementLinks(keys.engagementKey, publicUrl)

export function openEngagement(
  settings: ThreadSettings,
  { storage, clock, nextQueueId }: ThreadStore,
  logger: Logger,
): EngagementDependencies & { settled(): Promise<void> } {
  const { read, write } = storage
  const engagements = createEngagementRecorder({
    engagement: {
      findEngaged: (queueId) => read.engagement.findEngaged(queueId),
      recordEngagement: (engagement) => write.engagement.recordEngagement(engagement),
    },
    clock,
    nextEventId: nextQueueId,
    onFailure: (error) => logger.warn({ err: error }, 'engagement cannot be told of now'),
  })
  return { engagementLinks: engagementLinksOf(settings), engagements, settled: () => engagements.settled() }
}
