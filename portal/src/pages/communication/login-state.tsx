// Whether a device with a user name may send now, as the API evaluates it, and what is missing where it may not.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../../api/api.ts'
import { CopyField } from '../../parts/copy-field.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

export type Diagnosis = {
  readonly outcome: 'may send' | 'refused' | 'unavailable' | 'not seen'
  readonly steps: readonly { readonly step: string; readonly passed: boolean; readonly detail: string }[]
  readonly suggestions: readonly { readonly text: string; readonly command?: string }[]
}

const useStyles = makeStyles({
  state: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  content: { display: 'grid', gap: tokens.spacingVerticalM },
  suggestion: { display: 'grid', gap: tokens.spacingVerticalXS },
})

export function LoginState({ username, from }: { readonly username: string; readonly from?: string | undefined }) {
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const api = useApi()
  const [isOpen, setIsOpen] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['diagnosis', username, from],
    queryFn: ({ signal }) =>
      api.call<Diagnosis>('POST', '/providers/Postern.Mail/diagnoseLogin', { json: { username, from }, signal }),
  })
  if (error !== null) {
    const text =
      error instanceof ApiError && error.status === 403 ? common.needs('Postern.Mail/decisions/read') : t.unavailable
    return <StateBadge look="none" text={text} />
  }
  if (data === undefined) return <Spinner size="tiny" label={common.loading} />
  if (data.outcome === 'may send') return <StateBadge look="good" text={t.ready} />
  if (data.outcome === 'not seen') return <StateBadge look="none" text={t.notSeen} />
  return (
    <span className={styles.state}>
      <StateBadge look="bad" text={data.outcome === 'refused' ? t.notReady : t.unavailable} />
      <Button size="small" appearance="subtle" aria-label={t.whyOf(username)} onClick={() => setIsOpen(true)}>
        {t.why}
      </Button>
      {isOpen && <WhyDialog username={username} diagnosis={data} onClose={() => setIsOpen(false)} />}
    </span>
  )
}

function WhyDialog(props: { readonly username: string; readonly diagnosis: Diagnosis; readonly onClose: () => void }) {
  const { username, diagnosis, onClose } = props
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t.whyOf(username)}</DialogTitle>
          <DialogContent className={styles.content}>
            {diagnosis.steps
              .filter(({ passed }) => !passed)
              .map(({ step, detail }) => (
                <Text key={`${step} ${detail}`}>
                  <strong>{step}</strong>: {detail}
                </Text>
              ))}
            {diagnosis.suggestions.length > 0 && <Text weight="semibold">{t.tryThis}</Text>}
            {diagnosis.suggestions.map(({ text, command }) => (
              <div key={text} className={styles.suggestion}>
                <Text>{text}</Text>
                {command !== undefined && <CopyField label={t.command} value={command} />}
              </div>
            ))}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{common.close}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
