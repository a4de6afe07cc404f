// A hold on what is known of mail rather than on messages that are there: first what, then how much that is now.

import { Field, Input, Text } from '@fluentui/react-components'
import { useState } from 'react'
import { ApplicationField } from '../../parts/application-field.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useTexts } from '../../texts/language.tsx'
import { ActDialog } from './act-dialog.tsx'
import { holdsTexts } from './holds-texts.ts'
import type { QueueFilter } from './queued.ts'
import { queueTexts } from './texts.ts'

const TYPED = ['destination', 'sender'] as const
type Draft = {
  readonly destination: string
  readonly sender: string
  /** Undefined while what was typed is none: without it the hold would reach further than is meant. */
  readonly applicationId: string | undefined
}

const filterOf = (draft: Draft): QueueFilter =>
  Object.fromEntries(
    Object.entries(draft)
      .map(([name, value = '']) => [name, value.trim()])
      .filter(([, value]) => value !== ''),
  )

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
  const [given, setGiven] = useState<Draft>({ destination: '', sender: '', applicationId: '' })
  return (
    <FormDialog
      title={t.addTitle}
      verb={t.next}
      isReady={given.applicationId !== undefined}
      isBusy={false}
      error={undefined}
      onSubmit={() => onChoose(filterOf(given))}
      onClose={onClose}
    >
      <Text>{t.addWhat}</Text>
      {TYPED.map((name) => (
        <Field key={name} label={names[name]}>
          <Input value={given[name]} onChange={(_event, { value }) => setGiven({ ...given, [name]: value })} />
        </Field>
      ))}
      <ApplicationField label={names.application} onChange={(applicationId) => setGiven({ ...given, applicationId })} />
    </FormDialog>
  )
}
