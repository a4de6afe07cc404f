// A new passkey of the own account: the API gives a challenge, the browser has it answered, the API keeps the public key. WebAuthn Level 3.

import { Body1, Field, Input } from '@fluentui/react-components'
import { useState } from 'react'
import { type Api, isSignInTooOld } from '../../api/api.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { accountTexts } from './account-texts.ts'

export const OWN_PASSKEYS = '/v1.0/me/authentication/fido2Methods'

type CreationOptions = Parameters<typeof PublicKeyCredential.parseCreationOptionsFromJSON>[0]

/** Undefined where none was made. */
async function makeCredential(api: Api): Promise<unknown> {
  const { publicKey } = await api.call<{ publicKey: CreationOptions }>('GET', `${OWN_PASSKEYS}/creationOptions`)
  try {
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey)
    const made = await navigator.credentials.create({ publicKey: options })
    return made instanceof PublicKeyCredential ? made.toJSON() : undefined
  } catch {
    return undefined
  }
}

export function AddPasskey({
  onClose,
  onTooLongAgo,
}: {
  readonly onClose: () => void
  readonly onTooLongAgo: () => void
}) {
  const t = useTexts(accountTexts)
  const api = useApi()
  const [name, setName] = useState('')
  const make = async () => {
    if (typeof window.PublicKeyCredential === 'undefined') throw new Error(t.noPasskeysHere)
    const publicKeyCredential = await makeCredential(api)
    if (publicKeyCredential === undefined) throw new Error(t.passkeyFailed)
    await api.call('POST', OWN_PASSKEYS, { json: { displayName: name.trim(), publicKeyCredential } })
  }
  const add = useAction({
    run: () =>
      make().catch((error: unknown) => {
        if (isSignInTooOld(error)) onTooLongAgo()
        throw error
      }),
    said: () => t.passkeyAdded,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.addPasskey}
      verb={t.addPasskey}
      isReady={name.trim() !== ''}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.addText}</Body1>
      <Field label={t.passkeyName} hint={t.passkeyNameHint} required>
        <Input value={name} maxLength={90} onChange={(_event, { value }) => setName(value)} />
      </Field>
    </FormDialog>
  )
}
