// A dialog with a small form: Enter sends it, what the API says against it stands below, and the dialog stays open until it is done.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { Failure } from './failure.tsx'

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM },
  verb: { whiteSpace: 'nowrap' },
})

export function FormDialog(props: {
  readonly title: string
  readonly verb: string
  readonly isReady: boolean
  readonly isBusy: boolean
  readonly error: unknown
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const { title, verb, isReady, isBusy, error, onSubmit, onClose, children } = props
  const t = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <Dialog open modalType="modal" onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (isReady && !isBusy) onSubmit()
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              {children}
              {error != null && <Failure error={error} />}
            </DialogContent>
            <DialogActions>
              <Button appearance="primary" type="submit" className={styles.verb} disabled={!isReady || isBusy}>
                {verb}
              </Button>
              <Button onClick={onClose}>{t.cancel}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  )
}

/** What is shown once and never again. */
export function DoneDialog(props: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const { title, onClose, children } = props
  const t = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.content}>{children}</DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t.done}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
