// What the directory's pages ask Graph for: objects as it spells them, the words of a search, and the rights that changing them takes.

import { useQuery } from '@tanstack/react-query'
import { GUID } from '../../parts/principals.ts'
import { useApi } from '../../session/session-context.tsx'

export type Application = {
  readonly id: string
  readonly appId: string
  readonly displayName: string
  readonly createdDateTime: string | null
}
export type ServicePrincipal = { readonly id: string; readonly appId: string; readonly accountEnabled: boolean }
export type Group = {
  readonly id: string
  readonly displayName: string
  readonly description: string | null
  readonly createdDateTime: string | null
}
export type User = {
  readonly id: string
  readonly displayName: string
  readonly userPrincipalName: string
  readonly accountEnabled: boolean
  readonly createdDateTime: string | null
}
export type Passkey = {
  readonly id: string
  readonly displayName: string
  readonly createdDateTime: string
  readonly lastUsedDateTime: string | null
}
/** Of a list of objects of several kinds; who may not read a kind is told no more than ids of it. */
export type DirectoryObject = {
  readonly '@odata.type': string
  readonly id: string
  readonly displayName?: string
  readonly userPrincipalName?: string
  readonly appId?: string
}

export const TENANT = '/'
const right = (action: string) => ({ action: `Microsoft.Directory/${action}` })
export const RIGHTS = {
  writeApplications: right('applications/write'),
  deleteApplications: right('applications/delete'),
  writeApplicationCredentials: right('applications/credentials/write'),
  writeServicePrincipals: right('servicePrincipals/write'),
  writeGroups: right('groups/write'),
  deleteGroups: right('groups/delete'),
  writeGroupMembers: right('groups/members/write'),
  writeUsers: right('users/write'),
  deleteUsers: right('users/delete'),
  writeUserCredentials: right('users/credentials/write'),
} as const

export const applicationPath = (appId: string): string => `/v1.0/applications(appId='${encodeURIComponent(appId)}')`
export const principalPath = (appId: string): string => `/v1.0/servicePrincipals(appId='${encodeURIComponent(appId)}')`
export const objectReference = (id: string) => ({
  '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
})

/** A GUID is an id; anything else is part of one of the names. */
export function searchFor(
  text: string,
  { ids, names }: { readonly ids: readonly string[]; readonly names: readonly string[] },
): Readonly<Record<string, string>> {
  const wanted = text.trim()
  if (wanted === '') return {}
  if (GUID.test(wanted)) return { $filter: ids.map((id) => `${id} eq '${wanted}'`).join(' or ') }
  const part = wanted.replaceAll('"', '')
  return { $search: names.map((name) => `"${name}:${part}"`).join(' OR ') }
}

export function useGraph<Answer>(path: string, options: { readonly enabled?: boolean } = {}) {
  const api = useApi()
  return useQuery({
    queryKey: [path],
    enabled: options.enabled ?? true,
    queryFn: ({ signal }) => api.call<Answer>('GET', path, { signal }),
  })
}

/** 120 random bits; for somebody who changes it at the first sign-in. */
export function makePassword(): string {
  const octets = crypto.getRandomValues(new Uint8Array(15))
  return btoa(String.fromCharCode(...octets))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
