// Which passwords were last used with an SMTP username, when, and from where.

import { Text } from '@fluentui/react-components'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { useCredentials } from '../directory/credentials.ts'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

/** Nothing for who may not see it. */
export function LastUses({ username, applicationId }: { readonly username: string; readonly applicationId: string }) {
  const t = useTexts(smtpUsernamesTexts)
  const { fromNow } = useFormats()
  const { data } = useCredentials(applicationId)
  if (data === undefined) return null
  const uses = data.filter(({ lastUse }) => lastUse?.username?.toLowerCase() === username.toLowerCase())
  if (uses.length === 0) return <Text>{t.notUsed}</Text>
  return (
    <div>
      <Text>{t.used(uses.length)}</Text>
      <ul>
        {uses.map(({ keyId, displayName, applicationName, lastUse }) => (
          <li key={keyId}>{lastUse && t.use(displayName ?? applicationName, fromNow(lastUse.at), lastUse.network)}</li>
        ))}
      </ul>
    </div>
  )
}
