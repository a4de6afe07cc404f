// A hold on what is known of mail rather than on messages that are there: first what, then how much that is now.

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
  Text,
  tokens,
} from '@fluentui/react-components'
import { useState } from 'react'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { ActDialog } from './act-dialog.tsx'
import { holdsTexts } from './holds-texts.ts'
import type { QueueFilter } from './queued.ts'
import { queueTexts } from './texts.ts'

const MEMBERS = ['destination', 'sender', 'applicationId'] as const

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalM } })

export function AddHold({ onClose }: { readonly onClose: () => void }) {
  const [filter, setFilter] = useState<QueueFilter | undefined>()
  if (filter !== undefined) return <ActDialog act="hold" selected={{ type: 'fitting', filter }} onClose={onClose} />
  return <WhatDialog onChoose={setFilter} onClose={onClose} />
}

function WhatDialog({
  onChoose,
  onClose,
}: {
  readonly onChoose: (filter: QueueFilter) => void
  readonly onClose: () => void
}) {
  const t = useTexts(holdsTexts)
  const names = useTexts(queueTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const [typed, setTyped] = useState<Readonly<Partial<Record<(typeof MEMBERS)[number], string>>>>({})
  const labels = { destination: names.destination, sender: names.sender, applicationId: names.application }
  const choose = () =>
    onChoose(
      Object.fromEntries(MEMBERS.map((name) => [name, typed[name]?.trim() ?? '']).filter(([, value]) => value !== '')),
    )
  return (
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t.addTitle}</DialogTitle>
          <DialogContent className={styles.content}>
            <Text>{t.addWhat}</Text>
            {MEMBERS.map((name) => (
              <Field key={name} label={labels[name]}>
                <Input
                  value={typed[name] ?? ''}
                  onChange={(_event, { value }) => setTyped({ ...typed, [name]: value })}
                />
              </Field>
            ))}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={choose}>
              {t.next}
            </Button>
            <Button onClick={onClose}>{common.cancel}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
