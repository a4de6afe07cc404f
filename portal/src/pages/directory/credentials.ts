// What proves an application, when it was used last and from where. Who owns an application may write its credentials without a role.

import { useQuery } from '@tanstack/react-query'
import { type Right, useMayDo } from '../../api/rights.ts'
import { useApi, useSession } from '../../session/session-context.tsx'
import { type DirectoryObject, RIGHTS, TENANT, useGraph } from './directory.ts'

export const CREDENTIAL_KINDS = ['password', 'device-password', 'certificate', 'federated'] as const
export type Credential = {
  readonly kind: (typeof CREDENTIAL_KINDS)[number]
  readonly keyId: string
  readonly displayName: string | null
  readonly hint: string | null
  readonly startDateTime: string | null
  readonly endDateTime: string | null
  readonly ofServicePrincipal: boolean
  readonly applicationName: string
  readonly lastUse: {
    readonly at: string
    readonly network: string
    readonly door: 'smtp' | 'token'
    readonly username: string | null
  } | null
  readonly unusedSince: string | null
  readonly supersededBy: string | null
}

export function useCredentials(applicationId: string) {
  const api = useApi()
  const path = '/providers/Postern.Mail/credentials'
  return useQuery({
    queryKey: [path, applicationId],
    queryFn: async ({ signal }) =>
      (await api.call<{ value: readonly Credential[] }>('GET', path, { query: { applicationId }, signal })).value,
  })
}

const DAY = 86_400_000
/** Days before its end that a credential is warned of. */
const WARN_DAYS = 30

export type Standing = 'ended' | 'ending' | 'standing' | 'not yet'

export function standingOf({ startDateTime, endDateTime }: Credential, at: number): Standing {
  if (startDateTime !== null && Date.parse(startDateTime) > at) return 'not yet'
  if (endDateTime === null) return 'standing'
  const left = Date.parse(endDateTime) - at
  if (left <= 0) return 'ended'
  return left < WARN_DAYS * DAY ? 'ending' : 'standing'
}

export const wasUsedLately = ({ lastUse }: Credential, at: number): boolean =>
  lastUse !== null && at - Date.parse(lastUse.at) < DAY

export const useOwners = (applicationObjectId: string) =>
  useGraph<{ value: readonly DirectoryObject[] }>(`/v1.0/applications/${applicationObjectId}/owners`)

/** What writing credentials of this application takes of this person; undefined for one of its owners. */
export function useCredentialRight(applicationObjectId: string): Right | undefined {
  const { userId } = useSession()
  const mayWrite = useMayDo(TENANT)(RIGHTS.writeApplicationCredentials)
  const owners = useOwners(applicationObjectId)
  const isOwner = owners.data?.value.some(({ id }) => id === userId) === true
  return isOwner && !mayWrite ? undefined : RIGHTS.writeApplicationCredentials
}
