// Whether a device with a user name may send now, as the API evaluates it. Who may not know is told so, and nothing is asked.

import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMayDo } from '../../api/rights.ts'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'
import { type Diagnosis, WhyNotReady } from './why-not-ready.tsx'

const READ = { action: 'Postern.Mail/decisions/read', kind: 'data' } as const

const useStyles = makeStyles({
  state: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
})

export function LoginState(props: {
  /** The communication service. */
  readonly id: string
  readonly username: string
  readonly from?: string | undefined
}) {
  const { id, username, from } = props
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const api = useApi()
  const [isOpen, setIsOpen] = useState(false)
  const mayRead = useMayDo(id)(READ)
  const { data, error } = useQuery({
    queryKey: ['diagnosis', username, from],
    enabled: mayRead,
    queryFn: ({ signal }) =>
      api.call<Diagnosis>('POST', '/providers/Postern.Mail/diagnoseLogin', { json: { username, from }, signal }),
  })
  if (!mayRead) return <StateBadge look="none" text={t.hidden} name={`${t.hidden}: ${common.needs(READ.action)}`} />
  if (error !== null) return <StateBadge look="none" text={t.unavailable} />
  if (data === undefined) return <Spinner size="tiny" label={common.loading} />
  if (data.outcome === 'may send') return <StateBadge look="good" text={t.ready} />
  if (data.outcome === 'not seen') return <StateBadge look="none" text={t.notSeen} />
  return (
    <span className={styles.state}>
      <StateBadge look="bad" text={data.outcome === 'refused' ? t.notReady : t.unavailable} />
      <Button size="small" appearance="subtle" aria-label={t.whyOf(username)} onClick={() => setIsOpen(true)}>
        {t.why}
      </Button>
      {isOpen && <WhyNotReady username={username} diagnosis={data} onClose={() => setIsOpen(false)} />}
    </span>
  )
}
