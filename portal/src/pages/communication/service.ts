// What the blades of a communication service ask the API for: the service, its device sheet, and the applications with a role on it.

import { useQuery } from '@tanstack/react-query'
import { useResource } from '../../api/resource.ts'
import { useApi } from '../../session/session-context.tsx'

export const WRITE_SERVICE = { action: 'Microsoft.Communication/CommunicationServices/Write' }

export type ServiceProperties = {
  readonly hostName: string
  readonly dataLocation: string
  readonly provisioningState: string
  readonly linkedDomains: readonly string[]
}
export const useService = (id: string) => useResource<ServiceProperties>(id)

/** Where a device is set up step by step, for this service. */
export function assistantOf(service: string, application?: string): string {
  const search = new URLSearchParams({ service, ...(application !== undefined && { application }) })
  return `/start?${search.toString()}`
}

export type SmtpSettings = {
  readonly host: string
  readonly port: number
  readonly implicitTlsPort: number
  readonly port25: number
  readonly minimumTlsVersion: string
  readonly usernames: { readonly dot: string; readonly pipe: string } | null
  readonly aliases: readonly { readonly username: string; readonly applicationId: string }[]
  readonly aliasesAreComplete: boolean
  readonly connectedDomains: readonly string[]
  readonly senderAddresses: readonly string[]
}

/** With an application also the user names that it has here. */
export function useSmtpSettings(id: string, applicationId?: string, options: { readonly enabled?: boolean } = {}) {
  const api = useApi()
  const path = `${id}/providers/Postern.Mail/smtpSettings`
  return useQuery({
    queryKey: [path, applicationId],
    enabled: options.enabled ?? true,
    queryFn: async ({ signal }) =>
      (await api.call<{ properties: SmtpSettings }>('GET', path, { query: { applicationId }, signal })).properties,
  })
}

export type Application = { readonly appId: string; readonly displayName: string }

/** As many assignments as one page of them; whoever is not among them is named by the application id. */
const MOST = 200

/**
 * Applications that have a role here or above, and how many of them there are, which is known also to who may not read them. Those that
 * have it through a group are not seen.
 */
export function useApplicationsHere(id: string) {
  const api = useApi()
  return useQuery({
    queryKey: ['applications with a role', id],
    queryFn: async ({ signal }) => {
      const query = { 'api-version': '2022-04-01', $filter: 'atScope()', $top: MOST }
      const path = `${id}/providers/Microsoft.Authorization/roleAssignments`
      const { value: assignments } = await api.call<{
        value: readonly { properties: { principalId: string; principalType: string } }[]
      }>('GET', path, { query, signal })
      const ids = assignments
        .map(({ properties }) => properties)
        .filter(({ principalType }) => principalType === 'ServicePrincipal')
        .map(({ principalId }) => principalId)
      const assigned = new Set(ids)
      const { value } = await api.call<{ value: readonly Application[] }>('POST', '/v1.0/directoryObjects/getByIds', {
        json: { ids: [...assigned], types: ['servicePrincipal'] },
        ...(signal && { signal }),
      })
      const applications = value.toSorted((one, other) => one.displayName.localeCompare(other.displayName))
      return { applications, count: assigned.size }
    },
  })
}
