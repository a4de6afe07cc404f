// One event subscription: what it says, how its endpoint stands, its secret, and what became of the events that it was to be told.

import { makeStyles, Spinner, tokens } from '@fluentui/react-components'
import { DeleteRegular, EditRegular, KeyResetRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { Essentials } from '../../parts/essentials.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { Awaiting } from './awaiting.tsx'
import { DeleteSubscription } from './delete-subscription.tsx'
import { Deliveries } from './deliveries.tsx'
import { EndOldSecrets, RotateSecret } from './rotate-secret.tsx'
import { editAddress, type EventSubscription, MAY } from './subscription.ts'
import { SubscriptionState } from './subscription-state.tsx'
import { subscriptionTexts } from './subscription-texts.ts'
import { eventsTexts, typeText } from './texts.ts'
import { useSubscription } from './use-subscription.ts'

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

export function SubscriptionPage() {
  const common = useTexts(commonTexts)
  const { name = '' } = useParams()
  const scope = useSearchParams()[0].get('scope') ?? '/'
  const { data, error, refetch } = useSubscription(scope, name)
  return (
    <Page title={name} {...(data !== undefined && { actions: <Actions scope={scope} subscription={data} /> })}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Spinner label={common.loading} />}
      {data !== undefined && (
        <>
          <Settings scope={scope} subscription={data} />
          <Deliveries scope={scope} name={name} />
        </>
      )}
    </Page>
  )
}

type OfSubscription = { readonly scope: string; readonly subscription: EventSubscription }

function Actions({ scope, subscription }: OfSubscription) {
  const t = useTexts(subscriptionTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const navigate = useNavigate()
  const [asked, setAsked] = useState<'rotate' | 'end old' | 'delete' | undefined>()
  const dialog = { scope, subscription, onClose: () => setAsked(undefined) }
  const guarded = { scope, appearance: 'secondary' } as const
  return (
    <div className={styles.actions}>
      <GuardedButton
        {...guarded}
        right={MAY.write}
        icon={<EditRegular />}
        onClick={() => void navigate(editAddress(scope, subscription.name))}
      >
        {t.edit}
      </GuardedButton>
      <GuardedButton {...guarded} right={MAY.rotate} icon={<KeyResetRegular />} onClick={() => setAsked('rotate')}>
        {t.rotate}
      </GuardedButton>
      {subscription.properties.oldSecretsEndAt !== undefined && (
        <GuardedButton {...guarded} right={MAY.rotate} onClick={() => setAsked('end old')}>
          {t.endOld}
        </GuardedButton>
      )}
      <GuardedButton {...guarded} right={MAY.delete} icon={<DeleteRegular />} onClick={() => setAsked('delete')}>
        {common.delete}
      </GuardedButton>
      {asked === 'rotate' && <RotateSecret {...dialog} />}
      {asked === 'end old' && <EndOldSecrets {...dialog} />}
      {asked === 'delete' && <DeleteSubscription {...dialog} />}
    </div>
  )
}

function Settings({ scope, subscription }: OfSubscription) {
  const t = useTexts(eventsTexts)
  const { time } = useFormats()
  const { endpointBaseUrl, eventSchema, eventTypes, headerNames, ca, state, ...rest } = subscription.properties
  return (
    <>
      {state !== 'Validated' && <Awaiting scope={scope} subscription={subscription} />}
      <Essentials
        items={[
          { label: t.state, value: <SubscriptionState state={state} /> },
          { label: t.endpoint, value: endpointBaseUrl },
          {
            label: t.scope,
            value: scope === '/' ? t.tenantScope : <Link to={addressOf(scope, 'events')}>{nameOf(scope)}</Link>,
          },
          { label: t.schema, value: t.schemas[eventSchema] },
          {
            label: t.types,
            value: eventTypes.length === 0 ? t.allTypes : eventTypes.map((type) => typeText(t, type)).join(', '),
          },
          { label: t.headers, value: headerNames.join(', ') || t.noHeaders },
          { label: t.ca, value: ca === undefined ? t.publicCa : t.ownCa },
          { label: t.created, value: time(rest.createdAt) },
          ...(rest.oldSecretsEndAt === undefined
            ? []
            : [{ label: t.oldSecrets, value: t.until(time(rest.oldSecretsEndAt)) }]),
        ]}
      />
    </>
  )
}
