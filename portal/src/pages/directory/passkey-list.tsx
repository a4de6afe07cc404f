// The passkeys of somebody, each with a button that takes it away.

import { Body1, Spinner } from '@fluentui/react-components'
import { DeleteRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { isSignInTooOld } from '../../api/api.ts'
import type { Right } from '../../api/rights.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Passkey, TENANT, useGraph } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { MaybeGuardedButton } from './maybe-guarded-button.tsx'
import { userTexts } from './user-texts.ts'

export function PasskeyList(props: {
  /** Of the list. */
  readonly path: string
  /** What taking one away needs; nothing of whom they are. */
  readonly guard?: { readonly scope: string; readonly right: Right }
  readonly onRemoved?: () => void
  /** For the own ones: whoever changes them signs in anew first. */
  readonly onTooLongAgo?: () => void
}) {
  const { path, guard, onRemoved, onTooLongAgo } = props
  const t = useTexts(userTexts)
  const common = useTexts(commonTexts)
  const passkeys = useGraph<{ value: readonly Passkey[] }>(path)
  const [removed, setRemoved] = useState<Passkey>()
  const columns = useColumns(guard, setRemoved)
  if (passkeys.isError) return <Failure error={passkeys.error} onRetry={() => void passkeys.refetch()} />
  if (passkeys.isPending) return <Spinner label={common.loading} />
  const items = passkeys.data.value
  return (
    <>
      <Body1>{items.length === 0 ? t.noPasskeys : t.passkeysText}</Body1>
      {items.length > 0 && <DataTable label={t.passkeys} items={items} keyOf={({ id }) => id} columns={columns} />}
      {removed && (
        <RemovePasskey
          path={path}
          passkey={removed}
          isLast={items.length === 1}
          onClose={() => setRemoved(undefined)}
          onTooLongAgo={() => {
            setRemoved(undefined)
            onTooLongAgo?.()
          }}
          {...(onRemoved && { onRemoved })}
        />
      )}
    </>
  )
}

function useColumns(
  guard: { readonly scope: string; readonly right: Right } | undefined,
  onRemove: (passkey: Passkey) => void,
): readonly Column<Passkey>[] {
  const t = useTexts(userTexts)
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { date, fromNow } = useFormats()
  return [
    { key: 'name', header: directory.name, width: 180, cell: ({ displayName }) => <ForeignText text={displayName} /> },
    { key: 'added', header: t.passkeyAdded, cell: ({ createdDateTime }) => date(createdDateTime) },
    {
      key: 'used',
      header: t.passkeyUsed,
      cell: ({ lastUsedDateTime }) => (lastUsedDateTime === null ? t.never : fromNow(lastUsedDateTime)),
    },
    {
      key: 'remove',
      header: common.remove,
      width: 90,
      cell: (one) => (
        <MaybeGuardedButton
          scope={guard?.scope ?? TENANT}
          right={guard?.right}
          appearance="subtle"
          size="small"
          icon={<DeleteRegular />}
          aria-label={directory.remove(one.displayName)}
          onClick={() => onRemove(one)}
        />
      ),
    },
  ]
}

function RemovePasskey(props: {
  readonly path: string
  readonly passkey: Passkey
  readonly isLast: boolean
  readonly onClose: () => void
  readonly onTooLongAgo: () => void
  readonly onRemoved?: () => void
}) {
  const { path, passkey, isLast, onClose, onTooLongAgo, onRemoved } = props
  const t = useTexts(userTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const remove = useAction({
    run: async () => {
      await api.call('DELETE', `${path}/${passkey.id}`).catch((error: unknown) => {
        if (isSignInTooOld(error)) onTooLongAgo()
        throw error
      })
      onRemoved?.()
    },
    said: () => t.passkeyRemoved,
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.removePasskey(passkey.displayName)}
      verb={common.remove}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.removePasskeyText}</Body1>
      {isLast && <Body1>{t.removeLast}</Body1>}
    </ConfirmDialog>
  )
}
