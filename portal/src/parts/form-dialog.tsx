// A short form in a dialog: fields, what went wrong, and the button that does it.

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

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalM } })

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
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <form
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
              <Button type="submit" appearance="primary" disabled={!isReady || isBusy}>
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
