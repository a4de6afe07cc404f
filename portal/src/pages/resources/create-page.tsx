// Something new: Basics, then everything once more before it is made. Afterwards the person is on the page of what was made.

import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { apiVersionOf } from '../../api/resource.ts'
import { placeOf, type Place } from '../../parts/group-picker.tsx'
import { Page } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { Wizard } from '../../parts/wizard.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { NoPage } from '../../shell/no-page.tsx'
import { Basics, Review } from './create-steps.tsx'
import { createTexts } from './create-texts.ts'
import { KINDS, type Kind, WITHIN } from './create-menu.tsx'

export type Draft = Place & {
  readonly name: string
  /** Where a group is; where the data of a service rests. */
  readonly location: string
}

const COLLECTIONS: Readonly<Record<Kind, string>> = {
  'resource-group': 'resourceGroups',
  'communication-service': 'providers/Microsoft.Communication/communicationServices',
  'email-service': 'providers/Microsoft.Communication/emailServices',
}

/** Undefined while it is not known where. */
export function idOf(kind: Kind, { subscriptionId, groupId, name }: Draft): string | undefined {
  const parent = kind === 'resource-group' ? subscriptionId : groupId
  return parent === undefined || name === '' ? undefined : `${parent}/${COLLECTIONS[kind]}/${name}`
}

const bodyOf = (kind: Kind, { location }: Draft): object =>
  kind === 'resource-group' ? { location } : { location: 'global', properties: { dataLocation: location } }

export function CreatePage() {
  const { kind } = useParams()
  const known = KINDS.find((one) => one === kind)
  return known === undefined ? <NoPage /> : <CreateForm key={known} kind={known} />
}

function CreateForm({ kind }: { readonly kind: Kind }) {
  const t = useTexts(createTexts)
  const common = useTexts(commonTexts)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const [draft, setDraft] = useState<Draft>(() => {
    const place = placeOf(search.get(WITHIN) ?? '')
    return { ...place, name: '', location: kind === 'resource-group' ? 'westeurope' : '' }
  })
  const [isNameGood, setIsNameGood] = useState(false)
  const create = useCreate(kind)
  const isComplete = isNameGood && draft.location !== '' && idOf(kind, draft) !== undefined
  return (
    <Page title={t.titles[kind]}>
      <Wizard
        steps={[
          {
            name: 'basics',
            title: t.basics,
            isComplete,
            content: <Basics kind={kind} draft={draft} onChange={setDraft} onNameJudged={setIsNameGood} />,
          },
          { name: 'review', title: t.review, content: <Review kind={kind} draft={draft} /> },
        ]}
        verb={common.create}
        isBusy={create.isPending}
        error={create.error}
        onDone={() => create.mutate(draft)}
        onCancel={() => void navigate(-1)}
      />
    </Page>
  )
}

function useCreate(kind: Kind) {
  const t = useTexts(createTexts)
  const api = useApi()
  const navigate = useNavigate()
  return useAction({
    run: async (draft: Draft) => {
      const id = idOf(kind, draft) ?? ''
      const query = { 'api-version': apiVersionOf(id) }
      return api.call<{ id: string; name: string }>('PUT', id, { query, json: bodyOf(kind, draft), isNew: true })
    },
    said: ({ name }) => t.created(name),
    onDone: ({ id }) => void navigate(addressOf(id)),
  })
}
