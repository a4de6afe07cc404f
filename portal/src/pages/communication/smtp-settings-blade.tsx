// The device sheet of a communication service: everything that is typed into a device, for one application, with examples for clients.

import { makeStyles, Spinner, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { Link } from 'react-router'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { CopyButton, CopyField } from '../../parts/copy-field.tsx'
import { Failure } from '../../parts/failure.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { ApplicationPicker } from './application-picker.tsx'
import { ClientExamples } from './client-examples-view.tsx'
import { LoginState } from './login-state.tsx'
import { assistantOf, type SmtpSettings, useSmtpSettings } from './service.ts'
import { smtpSettingsTexts } from './smtp-settings-texts.ts'
import { communicationTitles } from './titles.ts'

const MOST_SHOWN = 20

const useStyles = makeStyles({
  part: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '900px', minWidth: 0 },
  pair: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 250px), 1fr))',
    gap: tokens.spacingHorizontalM,
    alignItems: 'start',
  },
  senders: { margin: 0, overflowWrap: 'anywhere' },
  state: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
})

export function SmtpSettingsBlade({ id }: BladeProps) {
  const t = useTexts(smtpSettingsTexts)
  const common = useTexts(commonTexts)
  const title = useTexts(communicationTitles.smtpSettings).title
  const styles = useStyles()
  const [applicationId, setApplicationId] = useState<string | undefined>()
  const settings = useSmtpSettings(id, applicationId)
  return (
    <BladeFrame title={title}>
      <Text>{t.intro}</Text>
      <div className={styles.part}>
        <ApplicationPicker id={id} label={t.application} onChange={setApplicationId} />
      </div>
      {settings.isPending && <Spinner label={common.loading} />}
      {settings.isError && <Failure error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.data && (
        <>
          <Sheet id={id} settings={settings.data} applicationId={applicationId} />
          <ClientExamples settings={settings.data} />
          <Link to={assistantOf(id, applicationId)}>{t.assistant}</Link>
        </>
      )}
    </BladeFrame>
  )
}

function Sheet(props: {
  readonly id: string
  readonly settings: SmtpSettings
  readonly applicationId: string | undefined
}) {
  const { id, settings, applicationId } = props
  const t = useTexts(smtpSettingsTexts)
  const styles = useStyles()
  const { host, port, implicitTlsPort, port25, minimumTlsVersion, senderAddresses } = settings
  return (
    <section className={styles.part} aria-label={t.sheet}>
      <Subtitle2 as="h3">{t.sheet}</Subtitle2>
      <div className={styles.pair}>
        <CopyField label={t.server} value={host} />
        <CopyField label={t.port} value={String(port)} hint={t.startTls} />
        <CopyField label={t.port25} value={String(port25)} hint={t.startTls} />
        <CopyField label={t.implicitTlsPort} value={String(implicitTlsPort)} hint={t.tlsLabel} />
      </div>
      <Text>
        <strong>{t.tls}:</strong> {t.tlsValue(minimumTlsVersion)}
      </Text>
      <Usernames id={id} settings={settings} />
      <Text>
        <strong>{t.password}:</strong> {t.passwordValue}{' '}
        {applicationId !== undefined && <Link to={`/applications/${applicationId}/credentials`}>{t.makeSecret}</Link>}
      </Text>
      <Text weight="semibold">{t.senders}</Text>
      {senderAddresses.length === 0 && <Text>{t.noSenders}</Text>}
      {senderAddresses.length > 0 && (
        <ul className={styles.senders}>
          {senderAddresses.slice(0, MOST_SHOWN).map((address) => (
            <li key={address}>
              {address} <CopyButton label={address} value={address} />
            </li>
          ))}
          {senderAddresses.length > MOST_SHOWN && <li>{t.moreSenders(senderAddresses.length - MOST_SHOWN)}</li>}
        </ul>
      )}
    </section>
  )
}

function Usernames({ id, settings }: { readonly id: string; readonly settings: SmtpSettings }) {
  const { usernames, aliases, senderAddresses } = settings
  const t = useTexts(smtpSettingsTexts)
  const styles = useStyles()
  if (usernames === null) return <Text>{t.chooseFirst}</Text>
  return (
    <>
      <CopyField label={t.dot} value={usernames.dot} />
      <CopyField label={t.pipe} value={usernames.pipe} />
      {aliases.length === 0 && (
        <Text>
          <strong>{t.alias}:</strong> {t.noAlias}
        </Text>
      )}
      {aliases.map(({ username }) => (
        <CopyField key={username} label={t.alias} value={username} />
      ))}
      <div className={styles.state}>
        <strong>{t.status}:</strong>
        <LoginState id={id} username={usernames.dot} from={senderAddresses[0]} />
      </div>
    </>
  )
}
