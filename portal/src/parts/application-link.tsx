// An application, known by its client id: by its name where the person may read it, and with the way to its page.

import { Caption1 } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useApi } from '../session/session-context.tsx'
import { ForeignText } from './foreign-text.tsx'

export const addressOfApplication = (applicationId: string): string => `/applications/${applicationId}`

/** `withId`: the id stands beside the name. */
export function ApplicationLink({
  applicationId,
  withId = false,
}: {
  readonly applicationId: string
  readonly withId?: boolean
}) {
  const name = useApplicationName(applicationId)
  return (
    <>
      <Link to={addressOfApplication(applicationId)}>
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
  const path = `/v1.0/applications(appId='${applicationId}')`
  const { data } = useQuery({
    queryKey: [path, 'name'],
    staleTime: 300_000,
    retry: false,
    queryFn: ({ signal }) =>
      api.call<{ displayName: string }>('GET', path, { query: { $select: 'displayName' }, signal }),
  })
  return data?.displayName
}
