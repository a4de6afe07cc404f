// A new fault: what goes wrong, for whom, and for how long; and what that breaks.

import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useState } from 'react'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { bodyOf, EMPTY_FAULT, type FaultDraft, isComplete } from './fault-draft.ts'
import { KindFields, LengthField, TargetFields } from './fault-fields.tsx'
import { type Fault, FAULTS_PATH } from './faults.ts'
import { faultsTexts } from './texts.ts'

export function SetFault({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(faultsTexts)
  const api = useApi()
  const [draft, setDraft] = useState(EMPTY_FAULT)
  const fields = {
    draft,
    onChange: (changes: Partial<FaultDraft>) => setDraft((before) => ({ ...before, ...changes })),
  }
  const set = useAction({
    run: (given: FaultDraft) => api.call<Fault>('POST', FAULTS_PATH, { json: bodyOf(given, Date.now()) }),
    said: () => t.set,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.add}
      verb={t.add}
      isReady={isComplete(draft)}
      isBusy={set.isPending}
      error={set.error}
      onSubmit={() => set.mutate(draft)}
      onClose={onClose}
    >
      <KindFields {...fields} />
      <TargetFields {...fields} />
      <LengthField {...fields} />
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t.breaks}</MessageBarTitle>
          {t.effects[draft.kind]}
        </MessageBarBody>
      </MessageBar>
    </FormDialog>
  )
}
