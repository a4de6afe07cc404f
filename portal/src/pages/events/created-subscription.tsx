// What a new event subscription leaves to be done: to keep its secret, and where the endpoint has not agreed by itself, to make it agree.

import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useNavigate } from 'react-router'
import { CopyField } from '../../parts/copy-field.tsx'
import { Page } from '../../parts/page.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { createTexts } from './create-texts.ts'
import { type EventSubscription, subscriptionAddress } from './subscription.ts'
import { eventsTexts } from './texts.ts'

export function CreatedSubscription(props: { readonly scope: string; readonly subscription: EventSubscription }) {
  const { scope, subscription } = props
  const t = useTexts(createTexts)
  const events = useTexts(eventsTexts)
  const { time } = useFormats()
  const navigate = useNavigate()
  const { state, validationEndsAt = '', secret } = subscription.properties
  return (
    <Page title={t.doneTitle}>
      {state === 'Validated' ? (
        <MessageBar intent="success">{t.agreed}</MessageBar>
      ) : (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{events.awaiting(time(validationEndsAt))}</MessageBarBody>
        </MessageBar>
      )}
      {secret !== undefined && (
        <>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t.secretOnce}</MessageBarBody>
          </MessageBar>
          <CopyField label={t.value} value={secret} isSecret />
        </>
      )}
      <div>
        <Button appearance="primary" onClick={() => void navigate(subscriptionAddress(scope, subscription.name))}>
          {t.toSubscription}
        </Button>
      </div>
    </Page>
  )
}
