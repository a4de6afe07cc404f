// Before a secret goes: when and from where it was used last, by how many devices, and whether anything is left to sign in with.

import { Body1 } from '@fluentui/react-components'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { DevicesInUse } from '../../parts/devices.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { credentialTexts } from './credential-texts.ts'
import { type Credential, standingOf, wasUsedLately } from './credentials.ts'
import type { Application } from './directory.ts'

export function DeleteCredential(props: {
  readonly application: Application
  readonly credential: Credential
  readonly others: readonly Credential[]
  readonly onClose: () => void
}) {
  const { application, credential, others, onClose } = props
  const t = useTexts(credentialTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const remove = useAction({
    run: () =>
      api.call('POST', `/v1.0/applications/${application.id}/removePassword`, { json: { keyId: credential.keyId } }),
    said: () => t.deleted,
    onDone: onClose,
  })
  const at = Date.now()
  const stands = (one: Credential) => ['standing', 'ending'].includes(standingOf(one, at))
  return (
    <ConfirmDialog
      title={t.deleteTitle(t.noun[credential.kind])}
      verb={common.delete}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{[credential.displayName, credential.hint && `${credential.hint}••••`].filter(Boolean).join(', ')}</Body1>
      <Consequence credential={credential} at={at} />
      <DevicesInUse applicationId={application.appId} keyId={credential.keyId} isQuiet />
      {stands(credential) && !others.some(stands) && <Body1>{t.lastOne}</Body1>}
    </ConfirmDialog>
  )
}

function Consequence({ credential, at }: { readonly credential: Credential; readonly at: number }) {
  const t = useTexts(credentialTexts)
  const { fromNow } = useFormats()
  const { lastUse } = credential
  if (lastUse === null) return <Body1>{t.breaksNothing}</Body1>
  const from = lastUse.username === null ? lastUse.network : `${lastUse.network} (${lastUse.username})`
  const say = wasUsedLately(credential, at) ? t.breaksNow : t.breaksMaybe
  return <Body1>{say(fromNow(lastUse.at), from)}</Body1>
}
