// The account of who is signed in: password, passkeys and sessions. What ends the own session leads to signing in again. Whoever is proven
// by another provider has sessions alone here.

import {
  Body1,
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Spinner,
  Subtitle2,
  tokens,
} from '@fluentui/react-components'
import { AddRegular, PasswordRegular, SignOutRegular } from '@fluentui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ApiError } from '../../api/api.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Page } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi, useSession } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { Ids } from '../directory/ids.tsx'
import { PasskeyList } from '../directory/passkey-list.tsx'
import { accountTexts } from './account-texts.ts'
import { AddPasskey, OWN_PASSKEYS } from './add-passkey.tsx'
import { ChangePassword } from './change-password.tsx'
import { useSignInAgain } from './sign-in-again.ts'

const useStyles = makeStyles({
  section: { display: 'grid', gap: tokens.spacingVerticalM, justifyItems: 'start', minWidth: 0, maxWidth: '800px' },
  wide: { justifySelf: 'stretch', minWidth: 0, display: 'grid', gap: tokens.spacingVerticalM },
})

/** Whether the directory knows the person: to nobody else it gives a list of passkeys. */
function useIsOfDirectory() {
  const api = useApi()
  return useQuery({
    queryKey: ['is of the directory'],
    queryFn: async ({ signal }) => {
      try {
        await api.call('GET', OWN_PASSKEYS, { signal })
        return true
      } catch (error) {
        if (error instanceof ApiError && error.status === 400) return false
        throw error
      }
    },
  })
}

export function AccountPage() {
  const t = useTexts(accountTexts)
  const common = useTexts(commonTexts)
  const { name, userName, userId, tenantId } = useSession()
  const isOfDirectory = useIsOfDirectory()
  return (
    <Page title={t.title}>
      <Essentials
        items={[
          { label: t.name, value: name },
          { label: t.userName, value: userName },
        ]}
      />
      <Ids
        items={[
          { label: t.userId, value: userId },
          { label: t.tenantId, value: tenantId },
        ]}
      />
      {isOfDirectory.isPending && <Spinner label={common.loading} />}
      {isOfDirectory.isError && <Failure error={isOfDirectory.error} onRetry={() => void isOfDirectory.refetch()} />}
      {isOfDirectory.data === false && <Body1>{t.elsewhere}</Body1>}
      {isOfDirectory.data === true && (
        <>
          <Password />
          <Passkeys />
        </>
      )}
      {isOfDirectory.data !== undefined && <Sessions />}
    </Page>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles()
  return (
    <section className={styles.section} aria-label={title}>
      <Subtitle2 as="h2">{title}</Subtitle2>
      {children}
    </section>
  )
}

function Password() {
  const t = useTexts(accountTexts)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Section title={t.password}>
      <Button icon={<PasswordRegular />} onClick={() => setIsOpen(true)}>
        {t.changePassword}
      </Button>
      {isOpen && <ChangePassword onClose={() => setIsOpen(false)} />}
    </Section>
  )
}

function Passkeys() {
  const t = useTexts(accountTexts)
  const styles = useStyles()
  const signInAgain = useSignInAgain()
  const [isOpen, setIsOpen] = useState(false)
  const [isTooLongAgo, setIsTooLongAgo] = useState(false)
  const askForSignIn = () => {
    setIsOpen(false)
    setIsTooLongAgo(true)
  }
  return (
    <Section title={t.passkeys}>
      <div className={styles.wide}>
        <PasskeyList path={OWN_PASSKEYS} onRemoved={signInAgain} onTooLongAgo={askForSignIn} />
        {isTooLongAgo && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t.tooLongAgo}</MessageBarBody>
            <MessageBarActions>
              <Button onClick={signInAgain}>{t.signInAgain}</Button>
            </MessageBarActions>
          </MessageBar>
        )}
      </div>
      <Button icon={<AddRegular />} onClick={() => setIsOpen(true)}>
        {t.addPasskey}
      </Button>
      {isOpen && <AddPasskey onClose={() => setIsOpen(false)} onTooLongAgo={askForSignIn} />}
    </Section>
  )
}

function Sessions() {
  const t = useTexts(accountTexts)
  const api = useApi()
  const signInAgain = useSignInAgain()
  const [isAsked, setIsAsked] = useState(false)
  const end = useAction({
    run: async () => {
      await api.call('POST', '/v1.0/me/revokeSignInSessions')
      signInAgain()
    },
  })
  return (
    <Section title={t.sessions}>
      <Button icon={<SignOutRegular />} onClick={() => setIsAsked(true)}>
        {t.signOutEverywhere}
      </Button>
      {isAsked && (
        <ConfirmDialog
          title={t.signOutTitle}
          verb={t.signOutEverywhere}
          isBusy={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate(undefined)}
          onClose={() => setIsAsked(false)}
        >
          <Body1>{t.sessionsText}</Body1>
        </ConfirmDialog>
      )}
    </Section>
  )
}
