// A resource group: what it is, what is in it, what more can be made in it, and what goes with it.

import { Subtitle2, Text } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useResource } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DeleteResource } from '../../parts/delete-resource.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { Failure } from '../../parts/failure.tsx'
import { placeOf } from '../../parts/group-picker.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { TagsValue } from '../../parts/tags-value.tsx'
import { addressOf, TYPE_NAMES } from '../../resource/resource-id.ts'
import { ScopeName } from '../../resource/scope-name.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useLanguage, useTexts } from '../../texts/language.tsx'
import { CreateMenu } from './create-menu.tsx'
import { overviewTexts } from './overview-texts.ts'
import { ResourceList } from './resource-list.tsx'

const DELETE = { action: 'Microsoft.Resources/subscriptions/resourceGroups/delete' }
const MOST_SHOWN = 20

export function GroupOverview({ id }: BladeProps) {
  const t = useTexts(overviewTexts)
  const r = useTexts(resourceTexts)
  const { data, error, refetch } = useResource<object>(id)
  const { subscriptionId = '' } = placeOf(id)
  return (
    <BladeFrame
      title={r.overview}
      commands={
        <>
          <CreateMenu within={id} kinds={['communication-service', 'email-service']} />
          <DeleteResource id={id} right={DELETE} goTo={addressOf(subscriptionId)} label={t.deleteGroup}>
            <Losses id={id} />
          </DeleteResource>
        </>
      }
    >
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data && (
        <Essentials
          items={[
            {
              label: r.subscription,
              value: (
                <Link to={addressOf(subscriptionId)}>
                  <ScopeName id={subscriptionId} />
                </Link>
              ),
            },
            { label: r.location, value: data.location },
            { label: r.tags, value: <TagsValue id={id} tags={data.tags} /> },
          ]}
        />
      )}
      <Subtitle2 as="h3">{t.resources}</Subtitle2>
      <ResourceList within={id} />
    </BladeFrame>
  )
}

type Listed = {
  readonly value: readonly { readonly id: string; readonly name: string; readonly type: string }[]
  readonly nextLink?: string
}

function Losses({ id }: { readonly id: string }) {
  const t = useTexts(overviewTexts)
  const { language } = useLanguage()
  const api = useApi()
  const path = `${id}/resources`
  const { data } = useQuery({
    queryKey: [path, 'losses'],
    queryFn: ({ signal }) =>
      api.call<Listed>('GET', path, { query: { 'api-version': '2021-04-01', $top: MOST_SHOWN }, signal }),
  })
  return (
    <>
      <Text>{t.groupBreaks}</Text>
      {data?.value.length === 0 && <Text>{t.empty}</Text>}
      {data && data.value.length > 0 && (
        <div>
          <Text>{t.loses(data.value.length)}</Text>
          <ul>
            {data.value.map((resource) => (
              <li key={resource.id}>
                {resource.name} ({TYPE_NAMES[resource.type.toLowerCase()]?.[language] ?? resource.type})
              </li>
            ))}
            {data.nextLink !== undefined && <li>{t.andMore}</li>}
          </ul>
          <Text>{t.groupStops}</Text> <Text>{t.domainsElsewhere}</Text>
        </div>
      )}
    </>
  )
}
