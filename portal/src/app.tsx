// Everything around the pages: colours, texts, data, and who is signed in. Whoever is not goes to sign in at once.

import { FluentProvider, Spinner, Toaster } from '@fluentui/react-components'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { ApiError } from './api/api.ts'
import { TOASTER } from './parts/use-action.tsx'
import { routes } from './routes.tsx'
import { goToSignIn, type Session } from './session/oidc.ts'
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
  useBaseStyles()
  return (
    <ThemeContext value={theme}>
      <FluentProvider theme={theme.fluent} style={{ minHeight: '100vh' }}>
        <LanguageProvider>
          <QueryClientProvider client={queries}>
            {props.session === undefined ? <SignedOut failure={props.failure} /> : <SignedIn session={props.session} />}
          </QueryClientProvider>
          <Toaster toasterId={TOASTER} position="top-end" />
        </LanguageProvider>
      </FluentProvider>
    </ThemeContext>
  )
}

function SignedIn({ session }: { readonly session: Session }) {
  const onSessionEnd = useCallback(() => signIn(session.tenantId), [session])
  // Not before: the address is that of signing in until somebody has.
  const [router] = useState(() => createBrowserRouter(routes, { basename: '/portal' }))
  return (
    <SessionProvider session={session} onSessionEnd={onSessionEnd}>
      <RouterProvider router={router} />
    </SessionProvider>
  )
}

const TENANT = 'postern.tenant'

function signIn(tenantId: string): void {
  localStorage.setItem(TENANT, tenantId)
  void goToSignIn(tenantId, { locale: preferredLanguage() })
}

function SignedOut({ failure }: { readonly failure: string | undefined }) {
  const [tenantId, setTenantId] = useState<string | undefined>()
  useEffect(() => {
    void findTenant().then((found) => {
      if (found !== '' && failure === undefined) signIn(found)
      else setTenantId(found)
    })
  }, [failure])
  if (tenantId === undefined) return <Spinner style={{ minHeight: '100vh' }} />
  return <SignInPage tenantId={tenantId} failure={failure} onSignIn={signIn} />
}

/** From the address, from the last time, or because there is but one; empty when nobody can say. */
async function findTenant(): Promise<string> {
  const asked = new URL(window.location.href).searchParams.get('tenant') ?? localStorage.getItem(TENANT)
  if (asked !== null && asked !== '') return asked
  const answer = await fetch('/portal/settings.json')
  const { tenantId = '' } = answer.ok ? ((await answer.json()) as { tenantId?: string }) : {}
  return tenantId
}
