// Everything around the pages: colours, texts, data, and who is signed in. Whoever is not goes to sign in at once.

import { FluentProvider, Spinner, Toaster } from '@fluentui/react-components'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { ApiError } from './api/api.ts'
import { TOASTER } from './parts/use-action.tsx'
import { routes } from './routes.tsx'
import { goToSignIn, lastTenant, onSignOut, type Session } from './session/oidc.ts'
import { SessionProvider } from './session/session-context.tsx'
import { SignInPage } from './session/sign-in-page.tsx'
import { useBaseStyles } from './shell/base-styles.ts'
import { ThemeContext, useTheme } from './shell/theme.ts'
import { LanguageProvider, preferredLanguage } from './texts/language.tsx'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the API refuses it refuses again.
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
    },
  },
})

export function App(props: { readonly session: Session | undefined; readonly failure: string | undefined }) {
  const theme = useTheme()
  const [session, setSession] = useState(props.session)
  useBaseStyles()
  // What was read in their name goes with them.
  const forget = useCallback(() => {
    queries.clear()
    setSession(undefined)
  }, [])
  return (
    <ThemeContext value={theme}>
      <FluentProvider theme={theme.fluent} style={{ minHeight: '100vh' }}>
        <LanguageProvider>
          <QueryClientProvider client={queries}>
            {session === undefined ? (
              <SignedOut failure={props.failure} isLeft={props.session !== undefined} />
            ) : (
              <SignedIn session={session} onSignOut={forget} />
            )}
          </QueryClientProvider>
          <Toaster toasterId={TOASTER} position="top-end" />
        </LanguageProvider>
      </FluentProvider>
    </ThemeContext>
  )
}

function SignedIn({ session, onSignOut: forget }: { readonly session: Session; readonly onSignOut: () => void }) {
  const onSessionEnd = useCallback(() => signIn(session.tenantId), [session])
  // Not before: the address is that of signing in until somebody has.
  const [router] = useState(() => createBrowserRouter(routes, { basename: '/portal' }))
  useEffect(() => onSignOut(forget), [forget])
  useEffect(() => {
    const timer = setTimeout(onSessionEnd, session.endsAt - Date.now())
    return () => clearTimeout(timer)
  }, [session, onSessionEnd])
  return (
    <SessionProvider session={session} onSessionEnd={onSessionEnd}>
      <RouterProvider router={router} />
    </SessionProvider>
  )
}

const signIn = (tenantId: string): void => void goToSignIn(tenantId, { locale: preferredLanguage() })

/** `isLeft`: somebody was signed in, and is asked for again only when they want. */
function SignedOut({ failure, isLeft }: { readonly failure: string | undefined; readonly isLeft: boolean }) {
  const [tenantId, setTenantId] = useState<string | undefined>()
  useEffect(() => {
    const isAsked = failure !== undefined || isLeft
    void findTenant(failure !== undefined).then((found) => {
      if (found !== '' && !isAsked) signIn(found)
      else setTenantId(found)
    })
  }, [failure, isLeft])
  if (tenantId === undefined) return <Spinner style={{ minHeight: '100vh' }} />
  return <SignInPage tenantId={tenantId} failure={failure} onSignIn={signIn} />
}

/**
 * From the address, from the last time, or because there is but one; empty when nobody can say. Where signing in has failed, the first two
 * may be why.
 */
async function findTenant(hasFailed: boolean): Promise<string> {
  const asked = new URL(window.location.href).searchParams.get('tenant') ?? ''
  const named = [asked, lastTenant()].find((tenantId) => GUID.test(tenantId))
  if (named !== undefined && !hasFailed) return named
  const answer = await fetch('/portal/settings.json')
  const { tenantId = '' } = answer.ok ? ((await answer.json()) as { tenantId?: string }) : {}
  return tenantId
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
