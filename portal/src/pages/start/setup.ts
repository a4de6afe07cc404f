// How far a device is set up, as the API tells it: nothing is remembered but which service and which application are meant, and those stand
// in the address. The password is known to the page alone.

import { useQueries, useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { ApiError } from '../../api/api.ts'
import { type ArmResource, versionOf } from '../../api/resource.ts'
import { useApi } from '../../session/session-context.tsx'
import { type SmtpSettings, useSmtpSettings } from '../communication/service.ts'
import { applicationPath, principalPath, type Application, type ServicePrincipal } from '../directory/directory.ts'
import type { AccessCheck } from '../iam/access-check.ts'
import { pathsAt } from '../iam/model.ts'

export function useChosen() {
  const [search, setSearch] = useSearchParams()
  return {
    serviceId: search.get('service') ?? undefined,
    applicationId: search.get('application') ?? undefined,
    choose: (name: 'service' | 'application', value: string | undefined) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before)
          if (value === undefined) after.delete(name)
          else after.set(name, value)
          return after
        },
        { replace: true },
      ),
  }
}

/** The first page of each subscription; any other service is led here from its own page. */
export function useServices() {
  const api = useApi()
  const subscriptions = useQuery({
    queryKey: ['/subscriptions'],
    queryFn: ({ signal }) =>
      api.call<{ value: readonly { id: string }[] }>('GET', '/subscriptions', {
        query: { 'api-version': '2022-12-01' },
        signal,
      }),
  })
  const paths = (subscriptions.data?.value ?? []).map(
    ({ id }) => `${id}/providers/Microsoft.Communication/communicationServices`,
  )
  const answers = useQueries({
    queries: paths.map((path) => ({
      queryKey: [path],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.call<{ value: readonly ArmResource[] }>('GET', path, { query: versionOf(path), signal }),
    })),
  })
  return {
    items: answers.flatMap(({ data }) => data?.value ?? []),
    isPending: subscriptions.isPending || answers.some(({ isPending }) => isPending),
    error: subscriptions.error ?? answers.map(({ error }) => error).find((error) => error !== null) ?? null,
  }
}

export type Identity = { readonly application: Application; readonly principal: ServicePrincipal | undefined }

export function useIdentity(applicationId: string | undefined) {
  const api = useApi()
  return useQuery({
    queryKey: ['identity of a device', applicationId],
    enabled: applicationId !== undefined,
    queryFn: async ({ signal }): Promise<Identity> => {
      const application = await api.call<Application>('GET', applicationPath(applicationId ?? ''), { signal })
      try {
        const path = principalPath(application.appId)
        return { application, principal: await api.call<ServicePrincipal>('GET', path, { signal }) }
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return { application, principal: undefined }
        throw error
      }
    },
  })
}

/** May the principal send through the service? */
export function useSendCheck(serviceId: string | undefined, principalId: string | undefined) {
  const api = useApi()
  return useQuery({
    queryKey: ['may send', serviceId, principalId],
    enabled: serviceId !== undefined && principalId !== undefined,
    queryFn: ({ signal }) =>
      api.call<AccessCheck>('POST', pathsAt(serviceId ?? '').checkAccess, {
        query: { 'api-version': '2022-04-01' },
        json: { principalId, principalType: 'ServicePrincipal' },
        signal,
      }),
  })
}

/** Everything that the steps after the first two look at. */
export type Setup = {
  readonly serviceId: string
  readonly identity: Identity
  readonly settings: SmtpSettings | undefined
  readonly password: string
}

export const useSheet = (serviceId: string | undefined, applicationId: string | undefined) =>
  useSmtpSettings(serviceId ?? '', applicationId, { enabled: serviceId !== undefined && applicationId !== undefined })

/** The short one where there is one. */
export const usernameOf = ({ aliases, usernames }: SmtpSettings): string => aliases[0]?.username ?? usernames?.dot ?? ''
