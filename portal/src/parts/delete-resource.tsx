// The button that deletes a resource with all below it: what it will break is said by the page, and its name is typed first.

import { DeleteRegular } from '@fluentui/react-icons'
import { Text } from '@fluentui/react-components'
import { type ReactNode, useState } from 'react'
import type { Right } from '../api/rights.ts'
import { versionOf } from '../api/resource.ts'
import { nameOf } from '../resource/resource-id.ts'
import { useApi } from '../session/session-context.tsx'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { GuardedButton } from './guarded-button.tsx'
import { resourceTexts } from './resource-texts.ts'
import { useAction } from './use-action.tsx'

export function DeleteResource(props: {
  readonly id: string
  readonly right: Right
  /** Where the person is afterwards. */
  readonly goTo: string
  /** When it is not only “Delete”. */
  readonly label?: string
  /** What will break; asked for only when the dialog is open. */
  readonly children: ReactNode
}) {
  const { id, right, goTo, label, children } = props
  const t = useTexts(resourceTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const [isOpen, setIsOpen] = useState(false)
  const name = nameOf(id)
  const remove = useAction({
    run: () => api.call('DELETE', id, { query: versionOf(id) }),
    leaveTo: goTo,
    said: () => t.deleted(name),
  })
  return (
    <>
      <GuardedButton
        scope={id}
        right={right}
        appearance="subtle"
        icon={<DeleteRegular />}
        onClick={() => setIsOpen(true)}
      >
        {label ?? common.delete}
      </GuardedButton>
      {isOpen && (
        <ConfirmDialog
          title={t.deleteTitle(name)}
          verb={common.delete}
          name={name}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined)}
          onClose={() => setIsOpen(false)}
        >
          {children}
          <Text weight="semibold">{t.cannotUndo}</Text>
        </ConfirmDialog>
      )}
    </>
  )
}
