// The examples for clients, one at a time.

import { makeStyles, Subtitle2, Tab, TabList, Text, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { CopyButton } from '../../parts/copy-field.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type Client, CLIENTS, exampleFor } from './client-examples.ts'
import type { SmtpSettings } from './service.ts'
import { smtpSettingsTexts } from './smtp-settings-texts.ts'

const useStyles = makeStyles({
  part: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '900px', minWidth: 0 },
  tabs: { overflowX: 'auto' },
  example: { position: 'relative', minWidth: 0 },
  text: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    paddingRight: tokens.spacingHorizontalXXXL,
    overflowX: 'auto',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    // Here lines reach below the button.
    '@media (max-width: 640px)': { paddingTop: '40px' },
  },
  copy: {
    position: 'absolute',
    top: tokens.spacingVerticalXS,
    right: tokens.spacingHorizontalXS,
    backgroundColor: tokens.colorNeutralBackground3,
  },
})

export function ClientExamples({ settings }: { readonly settings: SmtpSettings }) {
  const t = useTexts(smtpSettingsTexts)
  const styles = useStyles()
  const [client, setClient] = useState<Client>('swaks')
  const { host, port, implicitTlsPort, usernames, aliases, senderAddresses } = settings
  const username = usernames === null ? t.yourUsername : (aliases[0]?.username ?? usernames.dot)
  const sender = senderAddresses[0] ?? t.yourSender
  const filled = { host, port, implicitTlsPort, username, sender, password: t.secret }
  const text = exampleFor(client, filled, t.words)
  const nameOf = (one: Client) => (one === 'copier' ? t.copier : one)
  const label = t.example(nameOf(client))
  return (
    <section className={styles.part} aria-label={t.examples}>
      <Subtitle2 as="h3">{t.examples}</Subtitle2>
      <Text>{t.examplesIntro}</Text>
      <TabList
        className={styles.tabs}
        selectedValue={client}
        onTabSelect={(_event, { value }) => setClient(value as Client)}
      >
        {CLIENTS.map((one) => (
          <Tab key={one} value={one}>
            {nameOf(one)}
          </Tab>
        ))}
      </TabList>
      <div className={styles.example} role="tabpanel" aria-label={label}>
        <pre className={styles.text} tabIndex={0}>
          {text}
        </pre>
        <span className={styles.copy}>
          <CopyButton label={label} value={text} />
        </span>
      </div>
    </section>
  )
}
