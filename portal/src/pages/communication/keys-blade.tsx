// The access keys of a communication service and the connection strings made of them: hidden until they are wanted, replaced one at a time.

import { makeStyles, MessageBar, MessageBarBody, Spinner, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { ArrowSyncRegular } from '@fluentui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMayDo } from '../../api/rights.ts'
import { versionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { CopyField } from '../../parts/copy-field.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { keysTexts } from './keys-texts.ts'
import { useService } from './service.ts'
import { communicationTitles } from './titles.ts'

const LIST = { action: 'Microsoft.Communication/CommunicationServices/ListKeys/action' }
const REGENERATE = { action: 'Microsoft.Communication/CommunicationServices/RegenerateKey/action' }
const WHICH = ['Primary', 'Secondary'] as const
type Which = (typeof WHICH)[number]
type Keys = {
  readonly primaryKey: string
  readonly secondaryKey: string
  readonly primaryConnectionString: string
  readonly secondaryConnectionString: string
}

const useStyles = makeStyles({
  key: { display: 'grid', gap: tokens.spacingVerticalS, maxWidth: '900px', justifyItems: 'stretch' },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
})

export function KeysBlade({ id }: BladeProps) {
  const t = useTexts(keysTexts)
  const common = useTexts(commonTexts)
  const title = useTexts(communicationTitles.keys).title
  const api = useApi()
  const service = useService(id)
  const mayList = useMayDo(id)(LIST)
  const keys = useQuery({
    queryKey: [id, 'keys'],
    enabled: mayList,
    // Nothing of them stays behind.
    gcTime: 0,
    queryFn: ({ signal }) => api.call<Keys>('POST', `${id}/listKeys`, { query: versionOf(id), signal }),
  })
  return (
    <BladeFrame title={title}>
      <Text>{t.intro}</Text>
      {!mayList && (
        <MessageBar intent="info">
          <MessageBarBody>{common.needs(LIST.action)}</MessageBarBody>
        </MessageBar>
      )}
      {mayList && keys.isPending && <Spinner label={common.loading} />}
      {mayList && keys.isError && <Failure error={keys.error} onRetry={() => void keys.refetch()} />}
      {service.data && <CopyField label={t.endpoint} value={`https://${service.data.properties.hostName}/`} />}
      {keys.data && WHICH.map((which) => <Key key={which} id={id} which={which} keys={keys.data} />)}
    </BladeFrame>
  )
}

function Key({ id, which, keys }: { readonly id: string; readonly which: Which; readonly keys: Keys }) {
  const t = useTexts(keysTexts)
  const styles = useStyles()
  const [isAsked, setIsAsked] = useState(false)
  const title = which === 'Primary' ? t.primary : t.secondary
  const [key, connectionString] =
    which === 'Primary'
      ? [keys.primaryKey, keys.primaryConnectionString]
      : [keys.secondaryKey, keys.secondaryConnectionString]
  return (
    <section className={styles.key} aria-label={title}>
      <div className={styles.head}>
        <Subtitle2 as="h3">{title}</Subtitle2>
        <GuardedButton
          scope={id}
          right={REGENERATE}
          size="small"
          icon={<ArrowSyncRegular />}
          aria-label={`${t.regenerate}: ${title}`}
          onClick={() => setIsAsked(true)}
        >
          {t.regenerate}
        </GuardedButton>
      </div>
      <CopyField isSecret label={t.key} value={key} />
      <CopyField isSecret label={t.connectionString} value={connectionString} />
      {isAsked && <RegenerateDialog id={id} which={which} onClose={() => setIsAsked(false)} />}
    </section>
  )
}

function RegenerateDialog(props: { readonly id: string; readonly which: Which; readonly onClose: () => void }) {
  const { id, which, onClose } = props
  const t = useTexts(keysTexts)
  const api = useApi()
  const regenerate = useAction({
    run: () => api.call('POST', `${id}/regenerateKey`, { query: versionOf(id), json: { keyType: which } }),
    said: () => t.regenerated,
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.regenerateTitles[which]}
      verb={t.regenerate}
      isBusy={regenerate.isPending}
      error={regenerate.error}
      onConfirm={() => regenerate.mutate(undefined)}
      onClose={onClose}
    >
      <Text>{t.breaks[which]}</Text>
      <Text>{t.safeWay}</Text>
      <Text>{t.smtpStays}</Text>
    </ConfirmDialog>
  )
}
