// What an application sends: its messages, its failed logins, and how much it may.

import { Body1, Subtitle2 } from '@fluentui/react-components'
import { Link } from 'react-router'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { useTexts } from '../../texts/language.tsx'
import { QuotaEditor } from '../communication/quota-editor.tsx'
import { applicationTexts } from './application-texts.ts'
import { TENANT } from './directory.ts'

export function ApplicationSending({ appId }: { readonly appId: string }) {
  const t = useTexts(applicationTexts)
  const search = new URLSearchParams({ applicationId: appId }).toString()
  return (
    <BladeFrame title={t.sending}>
      <div>
        <Link to={`/messages?${search}`}>{t.messages}</Link>
      </div>
      <Body1>{t.messagesText}</Body1>
      <div>
        <Link to={`/failed-logins?${search}`}>{t.failedLogins}</Link>
      </div>
      <Subtitle2 as="h3">{t.quota}</Subtitle2>
      <QuotaEditor path={`/providers/Postern.Mail/applications/${appId}/quotas/default`} scope={TENANT} />
    </BladeFrame>
  )
}
