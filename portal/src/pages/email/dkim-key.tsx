// One of the two DKIM keys of a domain, and its replacement: made, published, seen, and the old record removed at last.

import { Card, Caption1, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Domain, fullNameOf } from './domain.ts'
import { RecordFields } from './record-card.tsx'
import { RecordStateBadge } from './record-state.tsx'
import { settingsTexts } from './settings-texts.ts'

const ROTATE = { action: 'Postern.Mail/dkimKeys/rotate/action' }
type Slot = 'DKIM' | 'DKIM2'

const useStyles = makeStyles({
  card: { minWidth: 0 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  name: { overflowWrap: 'anywhere' },
})

export function DkimKey({ domain, slot }: { readonly domain: Domain; readonly slot: Slot }) {
  const t = useTexts(settingsTexts)
  const styles = useStyles()
  const { time } = useFormats()
  const { fromSenderDomain, verificationRecords, dkimRotation } = domain.properties
  const { next, previous, rotatedAt } = dkimRotation?.[slot] ?? {}
  return (
    <Card className={styles.card} role="group" aria-label={slot}>
      <div className={styles.head}>
        <Subtitle2 as="h4">{slot}</Subtitle2>
        <Caption1>{rotatedAt === undefined ? t.neverRotated : t.rotatedAt(time(rotatedAt))}</Caption1>
        <NextStep domain={domain} slot={slot} />
      </div>
      <Text className={styles.name}>
        {t.selector}: {fullNameOf(verificationRecords[slot], fromSenderDomain)}
      </Text>
      {next && (
        <>
          <Text>
            {t.publish} <RecordStateBadge state={next.state} />
          </Text>
          {next.state.status === 'VerificationFailed' && <Text>{t.notSeen}</Text>}
          <RecordFields record={next.record} name={fullNameOf(next.record, fromSenderDomain)} />
          {next.record.zoneRecord && (
            <RecordFields record={next.record.zoneRecord} name={next.record.zoneRecord.name} />
          )}
        </>
      )}
      {previous && (
        <Text className={styles.name}>
          {t.remove(fullNameOf(previous.record, fromSenderDomain), time(previous.removableAt))}
        </Text>
      )}
    </Card>
  )
}

function NextStep({ domain, slot }: { readonly domain: Domain; readonly slot: Slot }) {
  const t = useTexts(settingsTexts)
  const api = useApi()
  const [isAsked, setIsAsked] = useState(false)
  const isUnderWay = domain.properties.dkimRotation?.[slot]?.next !== undefined
  const rotate = useAction({
    run: () => api.call('POST', `${domain.id}/providers/Postern.Mail/rotateDkim`, { json: { key: slot } }),
    said: () => t.done,
    onDone: () => setIsAsked(false),
  })
  return (
    <>
      <GuardedButton
        scope={domain.id}
        right={ROTATE}
        size="small"
        disabled={rotate.isPending}
        aria-label={isUnderWay ? t.goOnOf(slot) : t.rotateOf(slot)}
        onClick={() => (isUnderWay ? rotate.mutate(undefined) : setIsAsked(true))}
      >
        {isUnderWay ? t.goOn : t.rotate}
      </GuardedButton>
      {isUnderWay && rotate.error && <Failure error={rotate.error} />}
      {isAsked && (
        <ConfirmDialog
          title={t.confirmTitle(slot)}
          verb={t.rotate}
          isBusy={rotate.isPending}
          error={rotate.error}
          onConfirm={() => rotate.mutate(undefined)}
          onClose={() => setIsAsked(false)}
        >
          <Text>{t.confirmText}</Text>
        </ConfirmDialog>
      )}
    </>
  )
}
