// What can be done to a user: a new password, signing out, disabling, deleting; each says first what it ends.

import { Body1 } from '@fluentui/react-components'
import { DeleteRegular, KeyResetRegular, PauseRegular, PlayRegular, SignOutRegular } from '@fluentui/react-icons'
import type { FluentIcon } from '@fluentui/react-icons'
import { useState } from 'react'
import type { Right } from '../../api/rights.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { makePassword, RIGHTS, TENANT, type User } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { ShownPassword } from './new-user.tsx'
import { userTexts } from './user-texts.ts'

type Props = { readonly user: User }

export function UserCommands({ user }: Props) {
  return (
    <>
      <Reset user={user} />
      <SignOut user={user} />
      <Enabling user={user} />
      <Delete user={user} />
    </>
  )
}

/** A button whose dialog says what it ends. */
function Command(props: {
  readonly icon: FluentIcon
  readonly right: Right
  readonly verb: string
  readonly title: string
  readonly text: string
  /** To be typed first. */
  readonly name?: string
  readonly action: ReturnType<typeof useAction<undefined, unknown>>
  readonly more?: string
}) {
  const { icon: Icon, right, verb, title, text, name, action, more } = props
  const [isAsked, setIsAsked] = useState(false)
  return (
    <>
      <GuardedButton
        scope={TENANT}
        right={right}
        appearance="subtle"
        icon={<Icon />}
        onClick={() => {
          action.reset()
          setIsAsked(true)
        }}
      >
        {verb}
      </GuardedButton>
      {isAsked && !action.isSuccess && (
        <ConfirmDialog
          title={title}
          verb={verb}
          isBusy={action.isPending}
          error={action.error}
          onConfirm={() => action.mutate(undefined)}
          onClose={() => setIsAsked(false)}
          {...(name !== undefined && { name })}
        >
          <Body1>{text}</Body1>
          {more !== undefined && <Body1>{more}</Body1>}
        </ConfirmDialog>
      )}
    </>
  )
}

function Reset({ user }: Props) {
  const t = useTexts(userTexts)
  const api = useApi()
  const [password, setPassword] = useState<string>()
  const reset = useAction({
    run: async (_none: undefined) => {
      const made = makePassword()
      const passwordProfile = { password: made, forceChangePasswordNextSignIn: true }
      await api.call('PATCH', `/v1.0/users/${user.id}`, { json: { passwordProfile } })
      return made
    },
    onDone: setPassword,
  })
  return (
    <>
      <Command
        icon={KeyResetRegular}
        right={RIGHTS.writeUserCredentials}
        verb={t.reset}
        title={t.resetTitle(user.displayName)}
        text={t.resetText}
        action={reset}
      />
      {password !== undefined && (
        <ShownPassword
          title={t.wasReset}
          label={t.newPassword}
          user={user}
          password={password}
          onClose={() => setPassword(undefined)}
        />
      )}
    </>
  )
}

function SignOut({ user }: Props) {
  const t = useTexts(userTexts)
  const api = useApi()
  const signOut = useAction({
    run: (_none: undefined) => api.call('POST', `/v1.0/users/${user.id}/revokeSignInSessions`),
    said: () => t.signedOut,
  })
  return (
    <Command
      icon={SignOutRegular}
      right={RIGHTS.writeUserCredentials}
      verb={t.signOut}
      title={t.signOutTitle(user.displayName)}
      text={t.signOutText}
      action={signOut}
    />
  )
}

function Enabling({ user }: Props) {
  const t = useTexts(userTexts)
  const api = useApi()
  const { accountEnabled } = user
  const put = (isEnabled: boolean) =>
    api.call('PATCH', `/v1.0/users/${user.id}`, { json: { accountEnabled: isEnabled } })
  const enable = useAction({ run: () => put(true), said: () => t.nowEnabled })
  const disable = useAction({ run: (_none: undefined) => put(false), said: () => t.nowDisabled })
  if (!accountEnabled)
    return (
      <GuardedButton
        scope={TENANT}
        right={RIGHTS.writeUsers}
        appearance="subtle"
        icon={<PlayRegular />}
        onClick={() => enable.mutate(undefined)}
      >
        {t.enable}
      </GuardedButton>
    )
  return (
    <Command
      icon={PauseRegular}
      right={RIGHTS.writeUsers}
      verb={t.disable}
      title={t.disableTitle(user.displayName)}
      text={t.disableText}
      action={disable}
    />
  )
}

function Delete({ user }: Props) {
  const t = useTexts(userTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const remove = useAction({
    run: (_none: undefined) => api.call('DELETE', `/v1.0/users/${user.id}`),
    leaveTo: '/users',
    said: () => directory.deleted(user.displayName),
  })
  return (
    <Command
      icon={DeleteRegular}
      right={RIGHTS.deleteUsers}
      verb={t.delete}
      title={t.deleteTitle(user.displayName)}
      text={t.deleteText}
      more={directory.cannotUndo}
      name={user.userPrincipalName}
      action={remove}
    />
  )
}
