// A new password in place of the one that the person knows.

import { Body1, Field, Input } from '@fluentui/react-components'
import { useState } from 'react'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi, useSession } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { accountTexts } from './account-texts.ts'
import { useSignInAgain } from './sign-in-again.ts'

/** The API decides; this spares a round. */
const SHORTEST = 12

export function ChangePassword({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(accountTexts)
  const api = useApi()
  const { userName } = useSession()
  const signInAgain = useSignInAgain()
  const [current, setCurrent] = useState('')
  const [fresh, setFresh] = useState('')
  const [again, setAgain] = useState('')
  const change = useAction({
    run: async () => {
      const json = { currentPassword: current, newPassword: fresh }
      await api.call('POST', '/v1.0/me/changePassword', { json })
      signInAgain()
    },
  })
  const isShort = fresh !== '' && Array.from(fresh).length < SHORTEST
  const isOther = again !== '' && again !== fresh
  return (
    <FormDialog
      title={t.changePassword}
      verb={t.changePassword}
      isReady={current !== '' && fresh !== '' && fresh === again && !isShort}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.changedText}</Body1>
      <input type="hidden" name="username" autoComplete="username" value={userName} />
      <PasswordField label={t.current} value={current} autoComplete="current-password" onChange={setCurrent} />
      <PasswordField
        label={t.fresh}
        value={fresh}
        autoComplete="new-password"
        hint={t.rule}
        onChange={setFresh}
        {...(isShort && { fault: t.tooShort })}
      />
      <PasswordField
        label={t.again}
        value={again}
        autoComplete="new-password"
        onChange={setAgain}
        {...(isOther && { fault: t.notTheSame })}
      />
    </FormDialog>
  )
}

function PasswordField(props: {
  readonly label: string
  readonly value: string
  readonly autoComplete: 'current-password' | 'new-password'
  readonly hint?: string
  readonly fault?: string
  readonly onChange: (value: string) => void
}) {
  const { label, value, autoComplete, hint, fault, onChange } = props
  return (
    <Field label={label} required {...(hint && { hint })} {...(fault && { validationMessage: fault })}>
      <Input
        type="password"
        autoComplete={autoComplete}
        value={value}
        onChange={(_event, { value: typed }) => onChange(typed)}
      />
    </Field>
  )
}
