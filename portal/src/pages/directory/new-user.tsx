// “New user”: name and user name; the first password is made here and shown once.

import { Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { CopyField } from '../../parts/copy-field.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { makePassword, type User } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { DoneDialog, FormDialog } from '../../parts/form-dialog.tsx'
import { userTexts } from './user-texts.ts'

export function NewUser({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(userTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const navigate = useNavigate()
  const [displayName, setDisplayName] = useState('')
  const [userName, setUserName] = useState('')
  const create = useAction({
    run: async () => {
      const userPrincipalName = userName.trim()
      const [mailNickname = ''] = userPrincipalName.split('@')
      const password = makePassword()
      const passwordProfile = { password, forceChangePasswordNextSignIn: true }
      const named = { displayName: displayName.trim(), userPrincipalName, mailNickname }
      const json = { accountEnabled: true, ...named, passwordProfile }
      return { user: await api.call<User>('POST', '/v1.0/users', { json }), password }
    },
  })
  if (create.data) {
    const { user, password } = create.data
    const close = () => {
      onClose()
      void navigate(`/users/${user.id}`)
    }
    return <ShownPassword title={t.created} label={t.initialPassword} user={user} password={password} onClose={close} />
  }
  return (
    <FormDialog
      title={t.newUser}
      verb={t.create}
      isReady={displayName.trim() !== '' && /^[^@\s]+@[^@\s]+$/.test(userName.trim())}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate(undefined)}
      onClose={onClose}
    >
      <Field label={directory.displayName} required>
        <Input value={displayName} maxLength={120} onChange={(_event, { value }) => setDisplayName(value)} />
      </Field>
      <Field label={t.userName} hint={t.userNameHint} required>
        <Input value={userName} maxLength={113} onChange={(_event, { value }) => setUserName(value)} />
      </Field>
    </FormDialog>
  )
}

export function ShownPassword(props: {
  readonly title: string
  readonly label: string
  readonly user: Pick<User, 'userPrincipalName'>
  readonly password: string
  readonly onClose: () => void
}) {
  const { title, label, user, password, onClose } = props
  const t = useTexts(userTexts)
  return (
    <DoneDialog title={title} onClose={onClose}>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{t.passwordOnce}</MessageBarBody>
      </MessageBar>
      <CopyField label={t.userName} value={user.userPrincipalName} />
      <CopyField label={label} value={password} isSecret />
    </DoneDialog>
  )
}
