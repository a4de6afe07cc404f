// A new event subscription, in steps. At the end its secret is shown, once, and whether the endpoint has agreed.

import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Essentials } from '../../parts/essentials.tsx'
import { Page } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { Wizard } from '../../parts/wizard.tsx'
import { useApi } from '../../session/session-context.tsx'
import { nameOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { createTexts } from './create-texts.ts'
import { CreatedSubscription } from './created-subscription.tsx'
import { bodyOf, type Draft, EMPTY_DRAFT, hasEndpoint, hasTypes, headersOf, isNamed } from './draft.ts'
import { BasicFields, EndpointFields, TypeFields } from './draft-fields.tsx'
import { type EventSubscription, listAddress, subscriptionPath } from './subscription.ts'
import { eventsTexts, typeText } from './texts.ts'

export function CreateSubscriptionPage() {
  const t = useTexts(createTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const navigate = useNavigate()
  const scope = useSearchParams()[0].get('scope') ?? '/'
  const [draft, setDraft] = useState(EMPTY_DRAFT)
  const create = useAction({
    run: (given: Draft) =>
      api.call<EventSubscription>('PUT', subscriptionPath(scope, given.name), { json: bodyOf(given) }),
  })
  const fields = { draft, onChange: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })) }
  if (create.data !== undefined) return <CreatedSubscription scope={scope} subscription={create.data} />
  return (
    <Page title={t.title}>
      <Wizard
        verb={common.create}
        isBusy={create.isPending}
        error={create.error}
        onDone={() => create.mutate(draft)}
        onCancel={() => void navigate(listAddress(scope))}
        steps={[
          { name: 'basics', title: t.basics, content: <BasicFields {...fields} />, isComplete: isNamed(draft) },
          {
            name: 'endpoint',
            title: t.endpoint,
            content: <EndpointFields {...fields} />,
            isComplete: hasEndpoint(draft),
          },
          { name: 'types', title: t.filters, content: <TypeFields {...fields} />, isComplete: hasTypes(draft) },
          { name: 'review', title: t.review, content: <Review scope={scope} draft={draft} /> },
        ]}
      />
    </Page>
  )
}

function Review({ scope, draft }: { readonly scope: string; readonly draft: Draft }) {
  const t = useTexts(createTexts)
  const events = useTexts(eventsTexts)
  const { name, schema, url, ca, types } = draft
  const address = URL.parse(url)
  const headers = Object.keys(headersOf(draft) ?? {})
  return (
    <>
      <Essentials
        items={[
          { label: t.name, value: name || '–' },
          { label: events.scope, value: scope === '/' ? events.tenantScope : nameOf(scope) },
          { label: events.schema, value: events.schemas[schema] },
          // Its query may be a secret.
          { label: t.url, value: address === null ? '–' : `${address.origin}${address.pathname}` },
          { label: events.headers, value: headers.join(', ') || events.noHeaders },
          { label: events.ca, value: ca.trim() === '' ? events.publicCa : events.ownCa },
          {
            label: events.types,
            value:
              types === undefined ? events.allTypes : types.map((type) => typeText(events, type)).join(', ') || '–',
          },
        ]}
      />
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>{t.handshake}</MessageBarBody>
      </MessageBar>
    </>
  )
}
