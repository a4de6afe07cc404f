// One event on its way to an endpoint: its attempts in the order in which they were made.

import { Caption1, makeStyles, Text, tokens } from '@fluentui/react-components'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import type { Delivery } from './subscription.ts'
import { subscriptionTexts } from './subscription-texts.ts'
import { eventsTexts, typeText } from './texts.ts'

const useStyles = makeStyles({
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalL, display: 'grid', gap: tokens.spacingVerticalM },
  detail: { overflowWrap: 'anywhere' },
})

export function DeliveryDetails({ delivery, onClose }: { readonly delivery: Delivery; readonly onClose: () => void }) {
  const t = useTexts(subscriptionTexts)
  const events = useTexts(eventsTexts)
  const styles = useStyles()
  const { exact } = useFormats()
  const { eventId, eventType, eventTime, subject, status, nextAttemptAt, attempts } = delivery
  return (
    <DetailPanel title={typeText(events, eventType)} onClose={onClose}>
      <Essentials
        items={[
          { label: t.status, value: t.deliveryState[status] },
          { label: t.time, value: exact(eventTime) },
          { label: events.id, value: eventId },
          { label: t.subject, value: <ForeignText text={subject} /> },
          ...(nextAttemptAt === undefined ? [] : [{ label: t.nextAttempt, value: exact(nextAttemptAt) }]),
        ]}
      />
      {attempts.length === 0 ? (
        <Text>{t.noAttempts}</Text>
      ) : (
        <ol className={styles.list} aria-label={t.attempts}>
          {attempts.map((attempt, index) => (
            <li key={`${attempt.at} ${index}`}>
              <Caption1 block>{exact(attempt.at)}</Caption1>
              <div className={styles.detail}>
                {attempt.status !== undefined && <strong>{t.httpStatus(attempt.status)} </strong>}
                <ForeignText text={attempt.detail} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </DetailPanel>
  )
}
