// An application, known by its client id: by its name where the person may read it, and with the way to its page.

import { Caption1 } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useApi } from '../session/session-context.tsx'
import { loadApplicationName } from './application-names.ts'
import { ForeignText } from './foreign-text.tsx'

export const addressOfApplication = (applicationId: string): string => `/applications/${applicationId}`

/** `withId`: the id stands beside the name. `part`: of its page. */
export function ApplicationLink({
  applicationId,
  withId = false,
  part,
}: {
  readonly applicationId: string
  readonly withId?: boolean
  readonly part?: string
}) {
  const name = useApplicationName(applicationId)
  return (
    <>
      <Link to={[addressOfApplication(applicationId), part].filter(Boolean).join('/')}>
        <ForeignText text={name ?? applicationId} />
      </Link>
      {withId && name !== undefined && (
        <>
          {' '}
          <Caption1>{applicationId}</Caption1>
        </>
      )}
    </>
  )
}

/** Undefined while it is not known, and where it may not be. */
export function useApplicationName(applicationId: string): string | undefined {
  const api = useApi()
  const { data } = useQuery({
    queryKey: ['application name', applicationId],
    staleTime: 300_000,
    retry: false,
    // Nothing is no answer to a query.
    queryFn: async () => (await loadApplicationName(api, applicationId)) ?? null,
  })
  return data ?? undefined
}
