// Before something is gone: what it will break, and for what cannot be had back the name typed out.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  tokens,
} from '@fluentui/react-components'
import { type ReactNode, useState } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { Failure } from './failure.tsx'

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalM } })

export function ConfirmDialog(props: {
  readonly title: string
  /** What will stop working, and for whom. */
  readonly children: ReactNode
  readonly verb: string
  /** To be typed first. */
  readonly name?: string
  readonly isBusy: boolean
  readonly error: unknown
  readonly onConfirm: () => void
  readonly onClose: () => void
}) {
  const { title, children, verb, name, isBusy, error, onConfirm, onClose } = props
  const t = useTexts(commonTexts)
  const styles = useStyles()
  const [typed, setTyped] = useState('')
  return (
    <Dialog open modalType="alert" onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.content}>
            {children}
            {name !== undefined && (
              <Field label={t.confirm(name)}>
                <Input value={typed} onChange={(_event, { value }) => setTyped(value)} />
              </Field>
            )}
            {error != null && <Failure error={error} />}
          </DialogContent>
          <DialogActions>
            <Button
              appearance="primary"
              disabled={isBusy || (name !== undefined && typed !== name)}
              onClick={onConfirm}
            >
              {verb}
            </Button>
            <Button onClick={onClose}>{t.cancel}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
