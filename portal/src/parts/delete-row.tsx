// The button in a row that deletes what the row is about, once it was said what that breaks.

import { DeleteRegular } from '@fluentui/react-icons'
import { type ReactNode, useState } from 'react'
import { versionOf } from '../api/resource.ts'
import type { Right } from '../api/rights.ts'
import { useApi } from '../session/session-context.tsx'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { GuardedButton } from './guarded-button.tsx'
import { useAction } from './use-action.tsx'

export function DeleteRow(props: {
  readonly id: string
  readonly right: Right
  /** Of the button: what of all rows is deleted. */
  readonly label: string
  readonly title: string
  readonly said: string
  readonly onDone?: () => void
  /** What will break. */
  readonly children: ReactNode
}) {
  const { id, right, label, title, said, onDone, children } = props
  const common = useTexts(commonTexts)
  const api = useApi()
  const [isAsked, setIsAsked] = useState(false)
  const remove = useAction({
    run: async () => {
      await api.call('DELETE', id, { query: versionOf(id) })
      onDone?.()
    },
    said: () => said,
    onDone: () => setIsAsked(false),
  })
  return (
    <>
      <GuardedButton
        // What is above all rows is asked about once.
        scope={id.split('/').slice(0, -2).join('/')}
        right={right}
        size="small"
        appearance="subtle"
        icon={<DeleteRegular />}
        aria-label={label}
        onClick={() => setIsAsked(true)}
      />
      {isAsked && (
        <ConfirmDialog
          title={title}
          verb={common.delete}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined)}
          onClose={() => setIsAsked(false)}
        >
          {children}
        </ConfirmDialog>
      )}
    </>
  )
}
