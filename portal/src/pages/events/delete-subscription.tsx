// An event subscription goes, with what waits to be sent to its endpoint.

import { Text } from '@fluentui/react-components'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type EventSubscription, listAddress, subscriptionPath } from './subscription.ts'
import { subscriptionTexts } from './subscription-texts.ts'

export function DeleteSubscription(props: {
  readonly scope: string
  readonly subscription: EventSubscription
  readonly onClose: () => void
}) {
  const { scope, subscription, onClose } = props
  const { name } = subscription
  const t = useTexts(subscriptionTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const remove = useAction({
    run: () => api.call('DELETE', subscriptionPath(scope, name)),
    leaveTo: listAddress(scope),
    said: () => t.deleted(name),
  })
  return (
    <ConfirmDialog
      title={t.deleteTitle(name)}
      verb={common.delete}
      name={name}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      <Text>{t.deleteBreaks(subscription.properties.endpointBaseUrl)}</Text>
    </ConfirmDialog>
  )
}
