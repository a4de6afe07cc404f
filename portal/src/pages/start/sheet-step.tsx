// What is typed into the device.

import { Body1, makeStyles, Spinner, tokens } from '@fluentui/react-components'
import { Link } from 'react-router'
import { CopyField } from '../../parts/copy-field.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Setup, usernameOf } from './setup.ts'
import { StepCard } from './step-card.tsx'
import { startTexts } from './texts.ts'

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 300px), 1fr))',
    gap: tokens.spacingHorizontalM,
  },
})

export function SheetStep({ setup: { settings, password, serviceId } }: { readonly setup: Setup }) {
  const t = useTexts(startTexts).sheet
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const isWhole = settings !== undefined && password !== '' && settings.senderAddresses.length > 0
  return (
    <StepCard number={7} title={t.title} text={t.text} state={isWhole ? 'done' : 'todo'}>
      {settings === undefined ? (
        <Spinner label={common.loading} />
      ) : (
        <div className={styles.fields}>
          <CopyField label={t.server} value={settings.host} />
          <CopyField label={t.port} value={String(settings.port)} />
          <CopyField label={t.tls} value={t.tlsValue} />
          <CopyField label={t.username} value={usernameOf(settings)} />
          {password !== '' && <CopyField label={t.password} value={password} isSecret />}
          <CopyField label={t.sender} value={settings.senderAddresses[0] ?? ''} />
        </div>
      )}
      {password === '' && <Body1>{t.passwordGone}</Body1>}
      <Link to={addressOf(serviceId, 'smtp-settings')}>{t.more}</Link>
    </StepCard>
  )
}
