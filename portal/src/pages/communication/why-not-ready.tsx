// Why a device with a user name may not send now, in our own words with the ways to where it is put right; and below what the API says of
// it, which knows more and speaks English.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { Advice, Ways } from '../failed-logins/advice.tsx'
import type { Access, Step, Suggestion } from '../failed-logins/decision.ts'
import { Steps } from '../failed-logins/steps.tsx'
import { useWords } from '../failed-logins/words.ts'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

export type Diagnosis = {
  readonly outcome: 'may send' | 'refused' | 'unavailable' | 'not seen'
  readonly reason: string
  readonly steps: readonly Step[]
  readonly suggestions: readonly Suggestion[]
  readonly login?: { readonly resourceId: string; readonly applicationId: string }
  readonly access?: Access
}

const useStyles = makeStyles({
  content: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalM },
  details: { display: 'grid', gap: tokens.spacingVerticalM, paddingTop: tokens.spacingVerticalM },
})

export function WhyNotReady(props: {
  readonly username: string
  readonly diagnosis: Diagnosis
  readonly onClose: () => void
}) {
  const { username, diagnosis, onClose } = props
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const words = useWords()
  const { reason, login, access, steps, suggestions } = diagnosis
  const about = { reason, ...login, ...(access && { access }) }
  // A walk without a password takes each one that there is for the one presented.
  const sentence = reason === 'wrong-secret' ? t.noSecret : words.reason(reason)
  return (
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t.whyOf(username)}</DialogTitle>
          <DialogContent className={styles.content}>
            <Text weight="semibold">{sentence}.</Text>
            {words.advice(reason) !== undefined && <Text>{words.advice(reason)}</Text>}
            <Ways trace={about} />
            <details>
              <summary>{t.details}</summary>
              <div className={styles.details}>
                <Steps steps={steps} />
                {suggestions.length > 0 && <Advice trace={{ suggestions }} />}
              </div>
            </details>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{common.close}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
