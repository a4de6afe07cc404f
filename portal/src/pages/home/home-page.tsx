// The start: what happened lately, every subscription that the person sees, and its resources.

import { Subtitle1 } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { Failure } from '../../parts/failure.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { addressOf, TYPE_NAMES } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { useLanguage, useTexts } from '../../texts/language.tsx'
import { Activity } from './activity.tsx'
import { CreateMenu } from '../resources/create-menu.tsx'
import { homeTexts } from './texts.ts'

type Subscription = { readonly id: string; readonly subscriptionId: string; readonly displayName: string }
type Resource = { readonly id: string; readonly name: string; readonly type: string }

export function HomePage() {
  const t = useTexts(homeTexts)
  const api = useApi()
  const subscriptions = useQuery({
    queryKey: ['/subscriptions'],
    queryFn: ({ signal }) =>
      api.call<{ value: readonly Subscription[] }>('GET', '/subscriptions', {
        query: { 'api-version': '2022-12-01' },
        signal,
      }),
  })
  return (
    <Page title={t.title} actions={<CreateMenu />}>
      <Activity />
      <Subtitle1 as="h2">{t.resources}</Subtitle1>
      {subscriptions.isError && <Failure error={subscriptions.error} onRetry={() => void subscriptions.refetch()} />}
      {subscriptions.data?.value.map((subscription) => (
        <Resources key={subscription.subscriptionId} subscription={subscription} />
      ))}
    </Page>
  )
}

function Resources({ subscription }: { readonly subscription: Subscription }) {
  const t = useTexts(homeTexts)
  const { language } = useLanguage()
  const pages = usePages<Resource>(`${subscription.id}/resources`, { 'api-version': '2021-04-01' })
  const groupOf = (id: string) => id.split('/').slice(0, 5).join('/')
  return (
    <PagedTable
      label={subscription.displayName}
      pages={pages}
      keyOf={({ id }) => id}
      columns={[
        { key: 'name', header: t.name, cell: ({ id, name }) => <Link to={addressOf(id)}>{name}</Link> },
        { key: 'type', header: t.type, cell: ({ type }) => TYPE_NAMES[type.toLowerCase()]?.[language] ?? type },
        {
          key: 'group',
          header: t.resourceGroup,
          cell: ({ id }) => <Link to={addressOf(groupOf(id))}>{id.split('/')[4]}</Link>,
        },
        {
          key: 'subscription',
          header: t.subscription,
          cell: () => <Link to={addressOf(subscription.id)}>{subscription.displayName}</Link>,
        },
      ]}
    />
  )
}
