// That an endpoint has not agreed yet: what somebody has to do, until when, and asking it again.

import { MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { changesOf, draftOf } from './draft.ts'
import { editTexts } from './edit-texts.ts'
import { type EventSubscription, MAY, subscriptionPath } from './subscription.ts'
import { eventsTexts } from './texts.ts'

export function Awaiting({
  scope,
  subscription,
}: {
  readonly scope: string
  readonly subscription: EventSubscription
}) {
  const t = useTexts(eventsTexts)
  const edit = useTexts(editTexts)
  const api = useApi()
  const { time } = useFormats()
  const { name, properties } = subscription
  const { validationEndsAt } = properties
  const isOver = validationEndsAt === undefined || Date.parse(validationEndsAt) <= Date.now()
  // Written as it is, an endpoint that has not agreed is asked anew.
  const ask = useAction({
    run: () =>
      api.call<EventSubscription>('PUT', subscriptionPath(scope, name), { json: changesOf(draftOf(subscription)) }),
    said: ({ properties: { state } }) => (state === 'Validated' ? edit.agreed : edit.asked),
  })
  return (
    <>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{isOver ? t.awaitingOver : t.awaiting(time(validationEndsAt))}</MessageBarBody>
        <MessageBarActions>
          <GuardedButton scope={scope} right={MAY.write} disabled={ask.isPending} onClick={() => ask.mutate(undefined)}>
            {edit.askAgain}
          </GuardedButton>
        </MessageBarActions>
      </MessageBar>
      {ask.error !== null && <Failure error={ask.error} />}
    </>
  )
}
