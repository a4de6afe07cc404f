// A new fault: what goes wrong, for whom, and for how long; and what that breaks.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from '@fluentui/react-components'
import { useState } from 'react'
import { Failure } from '../../parts/failure.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { bodyOf, EMPTY_FAULT, type FaultDraft, isComplete } from './fault-draft.ts'
import { KindFields, LengthField, TargetFields } from './fault-fields.tsx'
import { type Fault, FAULTS_PATH } from './faults.ts'
import { faultsTexts } from './texts.ts'

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalM } })

export function SetFault({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(faultsTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
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
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t.add}</DialogTitle>
          <DialogContent className={styles.content}>
            <KindFields {...fields} />
            <TargetFields {...fields} />
            <LengthField {...fields} />
            <MessageBar intent="warning" layout="multiline">
              <MessageBarBody>
                <MessageBarTitle>{t.breaks}</MessageBarTitle>
                {t.effects[draft.kind]}
              </MessageBarBody>
            </MessageBar>
            {set.error !== null && <Failure error={set.error} />}
          </DialogContent>
          <DialogActions>
            <Button
              appearance="primary"
              disabled={!isComplete(draft) || set.isPending}
              onClick={() => set.mutate(draft)}
            >
              {t.add}
            </Button>
            <Button onClick={onClose}>{common.cancel}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
