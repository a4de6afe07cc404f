// Where something is or shall be: the subscription and the resource group in it.

import { isResourceId, nameOf } from '../resource/resource-id.ts'
import { useTexts } from '../texts/language.tsx'
import { ApiDropdown } from './api-dropdown.tsx'
import { resourceTexts } from './resource-texts.ts'

type Subscription = { readonly id: string; readonly displayName: string }
type Group = { readonly id: string; readonly name: string }

export type Place = { readonly subscriptionId: string | undefined; readonly groupId: string | undefined }

/** As full ids: of the subscription and resource group that something is in. */
export function placeOf(id: string): Place {
  const parts = isResourceId(id) ? id.split('/') : []
  const [subscriptionId, groupId] = [3, 5].map((end) =>
    parts.length < end ? undefined : parts.slice(0, end).join('/'),
  )
  return { subscriptionId, groupId }
}

export function SubscriptionPicker(props: {
  readonly subscriptionId: string | undefined
  readonly onChange: (subscriptionId: string) => void
}) {
  const { subscriptionId, onChange } = props
  const t = useTexts(resourceTexts)
  return (
    <ApiDropdown<Subscription>
      label={t.subscription}
      path="/subscriptions"
      query={{ 'api-version': '2022-12-01' }}
      keyOf={({ id }) => id}
      nameOf={({ displayName }) => displayName}
      chosenKey={subscriptionId}
      onChoose={({ id }) => onChange(id)}
    />
  )
}

export function GroupPicker({ place, onChange }: { readonly place: Place; readonly onChange: (to: Place) => void }) {
  const t = useTexts(resourceTexts)
  const { subscriptionId, groupId } = place
  return (
    <>
      <SubscriptionPicker
        subscriptionId={subscriptionId}
        onChange={(chosen) => onChange({ subscriptionId: chosen, groupId: undefined })}
      />
      <ApiDropdown<Group>
        label={t.resourceGroup}
        path={subscriptionId && `${subscriptionId}/resourcegroups`}
        query={{ 'api-version': '2021-04-01' }}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        chosenKey={groupId}
        {...(groupId !== undefined && { chosenName: nameOf(groupId) })}
        onChoose={({ id }) => onChange({ subscriptionId, groupId: id })}
      />
    </>
  )
}
