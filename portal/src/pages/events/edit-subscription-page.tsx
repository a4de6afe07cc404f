// An event subscription is changed. What is secret of it, its whole address and the values of its headers, stays unless it is said anew;
// its secret for signatures is rotated on its page.

import {
  Button,
  Checkbox,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Spinner,
  Subtitle2,
  tokens,
} from '@fluentui/react-components'
import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { changesOf, type Draft, draftOf, hasTypes, mayHaveEndpoint } from './draft.ts'
import { CaField, HeadersField, SchemaField, TypeFields, UrlField } from './draft-fields.tsx'
import { editTexts } from './edit-texts.ts'
import { type EventSubscription, MAY, subscriptionAddress, subscriptionPath } from './subscription.ts'
import { useSubscription } from './use-subscription.ts'

const useStyles = makeStyles({
  form: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalM,
    maxWidth: '900px',
    minWidth: 0,
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

export function EditSubscriptionPage() {
  const t = useTexts(editTexts)
  const common = useTexts(commonTexts)
  const { name = '' } = useParams()
  const scope = useSearchParams()[0].get('scope') ?? '/'
  const { data, error, refetch } = useSubscription(scope, name)
  return (
    <Page title={t.title(name)}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Spinner label={common.loading} />}
      {data !== undefined && <EditForm scope={scope} subscription={data} />}
    </Page>
  )
}

type FormProps = { readonly scope: string; readonly subscription: EventSubscription }

function EditForm({ scope, subscription }: FormProps) {
  const t = useTexts(editTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const api = useApi()
  const navigate = useNavigate()
  const { name, properties } = subscription
  const [draft, setDraft] = useState(() => draftOf(subscription))
  const leave = () => void navigate(subscriptionAddress(scope, name))
  const save = useAction({
    run: (given: Draft) => api.call('PUT', subscriptionPath(scope, name), { json: changesOf(given) }),
    said: () => t.saved(name),
    onDone: leave,
  })
  const fields = { draft, onChange: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })) }
  const isAskedAgain = draft.url !== '' || draft.schema !== properties.eventSchema
  return (
    <div className={styles.form}>
      <Subtitle2 as="h2">{t.endpoint}</Subtitle2>
      <UrlField {...fields} hint={t.urlHint(properties.endpointBaseUrl)} />
      <Headers {...fields} names={properties.headerNames} />
      <CaField {...fields} />
      <SchemaField {...fields} />
      {isAskedAgain && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t.askedAgain}</MessageBarBody>
        </MessageBar>
      )}
      <Subtitle2 as="h2">{t.types}</Subtitle2>
      <TypeFields {...fields} />
      {save.error !== null && <Failure error={save.error} />}
      <div className={styles.actions}>
        <GuardedButton
          scope={scope}
          right={MAY.write}
          appearance="primary"
          disabled={save.isPending || !mayHaveEndpoint(draft) || !hasTypes(draft)}
          onClick={() => save.mutate(draft)}
        >
          {common.save}
        </GuardedButton>
        <Button onClick={leave}>{common.cancel}</Button>
      </div>
    </div>
  )
}

/** Without any there is nothing to keep. */
function Headers(props: {
  readonly draft: Draft
  readonly onChange: (changes: Partial<Draft>) => void
  readonly names: readonly string[]
}) {
  const { draft, onChange, names } = props
  const t = useTexts(editTexts)
  return (
    <>
      {names.length > 0 && (
        <Checkbox
          label={t.replaceHeaders(names.join(', '))}
          checked={!draft.keepsHeaders}
          onChange={(_event, { checked }) => onChange({ keepsHeaders: checked !== true })}
        />
      )}
      {!draft.keepsHeaders && <HeadersField draft={draft} onChange={onChange} />}
    </>
  )
}
