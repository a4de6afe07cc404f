// Who is signed in, for every page, and the API in their name.

import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { type Api, createApi } from '../api/api.ts'
import type { Session } from './oidc.ts'

type Signed = { readonly session: Session; readonly api: Api }

const SessionContext = createContext<Signed | undefined>(undefined)

export function SessionProvider(props: {
  readonly session: Session
  readonly onSessionEnd: () => void
  readonly children: ReactNode
}) {
  const { session, onSessionEnd, children } = props
  const signed = useMemo(
    () => ({ session, api: createApi(() => session.accessToken, onSessionEnd) }),
    [session, onSessionEnd],
  )
  return <SessionContext value={signed}>{children}</SessionContext>
}

function useSigned(): Signed {
  const signed = useContext(SessionContext)
  if (signed === undefined) throw new Error('nobody is signed in here')
  return signed
}

export const useSession = (): Session => useSigned().session
export const useApi = (): Api => useSigned().api
