// Who is told of events, with how they stand.

import { Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { Link, useNavigate } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { createAddress, type EventSubscription, MAY, subscriptionAddress, subscriptionsPath } from './subscription.ts'
import { SubscriptionState } from './subscription-state.tsx'
import { eventsTexts } from './texts.ts'

export function SubscriptionList({ scope }: { readonly scope: string }) {
  const t = useTexts(eventsTexts)
  const { date } = useFormats()
  const navigate = useNavigate()
  const pages = usePages<EventSubscription>(subscriptionsPath(scope))
  return (
    <>
      <div>
        <GuardedButton
          scope={scope}
          right={MAY.write}
          icon={<AddRegular />}
          onClick={() => void navigate(createAddress(scope))}
        >
          {t.addSubscription}
        </GuardedButton>
      </div>
      <Text>{scope === '/' ? t.tenantHint : t.serviceHint}</Text>
      <PagedTable
        label={t.subscriptions}
        pages={pages}
        keyOf={({ id }) => id}
        columns={[
          {
            key: 'name',
            header: t.name,
            width: 150,
            cell: ({ name }) => <Link to={subscriptionAddress(scope, name)}>{name}</Link>,
          },
          {
            key: 'state',
            header: t.state,
            width: 190,
            cell: ({ properties }) => <SubscriptionState state={properties.state} />,
          },
          { key: 'endpoint', header: t.endpoint, cell: ({ properties }) => properties.endpointBaseUrl, width: 260 },
          {
            key: 'types',
            header: t.types,
            cell: ({ properties: { eventTypes } }) =>
              eventTypes.length === 0 ? t.anyType : t.count(eventTypes.length),
          },
          { key: 'created', header: t.created, cell: ({ properties }) => date(properties.createdAt) },
        ]}
      />
    </>
  )
}
