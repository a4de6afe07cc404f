// A subscription: what it is, its resource groups, and everything in it.

import { Subtitle2 } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { versionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { CopyButton } from '../../parts/copy-field.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { Failure } from '../../parts/failure.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { TagsValue } from '../../parts/tags-value.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { CreateMenu } from './create-menu.tsx'
import { overviewTexts } from './overview-texts.ts'
import { ResourceList } from './resource-list.tsx'

type Subscription = {
  readonly subscriptionId: string
  readonly tenantId: string
  readonly displayName: string
  readonly tags?: Readonly<Record<string, string>>
}
type Group = { readonly id: string; readonly name: string; readonly location: string }

export function SubscriptionOverview({ id }: BladeProps) {
  const t = useTexts(overviewTexts)
  const r = useTexts(resourceTexts)
  const api = useApi()
  const { data, error, refetch } = useQuery({
    queryKey: [id],
    queryFn: ({ signal }) => api.call<Subscription>('GET', id, { query: versionOf(id), signal }),
  })
  const path = `${id}/resourcegroups`
  const groups = usePages<Group>(path, { 'api-version': '2021-04-01' })
  return (
    <BladeFrame title={r.overview} commands={<CreateMenu within={id} />}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data && (
        <Essentials
          items={[
            { label: t.displayName, value: data.displayName },
            { label: r.subscriptionId, value: <Copied label={r.subscriptionId} value={data.subscriptionId} /> },
            { label: t.tenantId, value: <Copied label={t.tenantId} value={data.tenantId} /> },
            { label: r.tags, value: <TagsValue id={id} tags={data.tags} /> },
          ]}
        />
      )}
      <Subtitle2 as="h3">{t.resourceGroups}</Subtitle2>
      <PagedTable
        label={t.resourceGroups}
        pages={groups}
        keyOf={(group) => group.id}
        empty={t.noGroups}
        columns={[
          { key: 'name', header: r.name, cell: (group) => <Link to={addressOf(group.id)}>{group.name}</Link> },
          { key: 'location', header: r.location, cell: ({ location }) => location },
        ]}
      />
      <Subtitle2 as="h3">{t.resources}</Subtitle2>
      <ResourceList within={id} hasGroups />
    </BladeFrame>
  )
}

function Copied({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      {value} <CopyButton label={label} value={value} />
    </>
  )
}
