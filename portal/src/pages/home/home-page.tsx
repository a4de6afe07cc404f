// The start: what happened lately, every subscription that the person sees, and its resources; and for who holds no role, how to get one.

import { Spinner, Subtitle1, Text } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { useHasNoRight } from '../../api/rights.ts'
import { Failure } from '../../parts/failure.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { addressOf, TYPE_NAMES } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useLanguage, useTexts } from '../../texts/language.tsx'
import { Activity } from './activity.tsx'
import { CreateMenu } from '../resources/create-menu.tsx'
import { NoRole } from './no-role.tsx'
import { homeTexts } from './texts.ts'

type Subscription = { readonly id: string; readonly subscriptionId: string; readonly displayName: string }
type Resource = { readonly id: string; readonly name: string; readonly type: string }

export function HomePage() {
  const t = useTexts(homeTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const subscriptions = useQuery({
    queryKey: ['/subscriptions'],
    queryFn: ({ signal }) =>
      api.call<{ value: readonly Subscription[] }>('GET', '/subscriptions', {
        query: { 'api-version': '2022-12-01' },
        signal,
      }),
  })
  const seesNone = subscriptions.data?.value.length === 0
  const hasNoRight = useHasNoRight('/', { enabled: seesNone })
  if (subscriptions.isPending || (seesNone && hasNoRight === undefined))
    return (
      <Page title={t.title}>
        <Spinner label={common.loading} />
      </Page>
    )
  if (seesNone && hasNoRight === true)
    return (
      <Page title={t.title}>
        <NoRole />
      </Page>
    )
  return (
    <Page title={t.title} actions={<CreateMenu />}>
      <Activity />
      <Subtitle1 as="h2">{t.resources}</Subtitle1>
      {subscriptions.isError && <Failure error={subscriptions.error} onRetry={() => void subscriptions.refetch()} />}
      {seesNone && <Text>{t.noSubscription}</Text>}
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
