// Which passwords were last used with an SMTP username, when, and from where.

import { Text } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

type Credential = {
  readonly keyId: string
  readonly displayName: string | null
  readonly applicationName: string
  readonly lastUse: { readonly at: string; readonly network: string; readonly username: string | null } | null
}

/** Nothing for who may not see it. */
export function LastUses({ username, applicationId }: { readonly username: string; readonly applicationId: string }) {
  const t = useTexts(smtpUsernamesTexts)
  const { fromNow } = useFormats()
  const api = useApi()
  const { data } = useQuery({
    queryKey: ['credentials', applicationId],
    queryFn: async ({ signal }) => {
      const path = '/providers/Postern.Mail/credentials'
      return (await api.call<{ value: readonly Credential[] }>('GET', path, { query: { applicationId }, signal })).value
    },
  })
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
