// What every resource has at the top of its overview: where it is, its state and its tags, and what its type has besides.

import { Link } from 'react-router'
import type { ArmResource } from '../api/resource.ts'
import { addressOf, nameOf } from '../resource/resource-id.ts'
import { ScopeName } from '../resource/scope-name.tsx'
import { useTexts } from '../texts/language.tsx'
import { type Essential, Essentials } from './essentials.tsx'
import { placeOf } from './group-picker.tsx'
import { resourceTexts } from './resource-texts.ts'
import { TagsValue } from './tags-value.tsx'

export function ResourceEssentials(props: {
  readonly resource: ArmResource
  readonly dataLocation: string
  readonly more?: readonly Essential[]
}) {
  const { resource, dataLocation, more = [] } = props
  const t = useTexts(resourceTexts)
  const { subscriptionId = '', groupId = '' } = placeOf(resource.id)
  return (
    <Essentials
      items={[
        { label: t.resourceGroup, value: <Link to={addressOf(groupId)}>{nameOf(groupId)}</Link> },
        {
          label: t.subscription,
          value: (
            <Link to={addressOf(subscriptionId)}>
              <ScopeName id={subscriptionId} />
            </Link>
          ),
        },
        { label: t.location, value: resource.location },
        { label: t.dataLocation, value: dataLocation },
        ...more,
        { label: t.tags, value: <TagsValue id={resource.id} tags={resource.tags} /> },
      ]}
    />
  )
}
