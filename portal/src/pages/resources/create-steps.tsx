// The steps of making something: where it is, what it is called, where its data rests; then all of it to look over.

import { Dropdown, Field, Input, makeStyles, Option, Subtitle2, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { Essentials } from '../../parts/essentials.tsx'
import { GroupPicker, SubscriptionPicker } from '../../parts/group-picker.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { useSettled } from '../../parts/use-settled.ts'
import { nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { dataLocationNames } from '../../../../src/resources/data-locations.ts'
import type { Kind } from './create-menu.tsx'
import type { Draft } from './create-page.tsx'
import { createTexts } from './create-texts.ts'

const useStyles = makeStyles({
  part: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '600px', minWidth: 0 },
})

type StepProps = { readonly kind: Kind; readonly draft: Draft; readonly onChange: (draft: Draft) => void }

export function Basics(props: StepProps & { readonly onNameJudged: (isGood: boolean) => void }) {
  const { kind, draft, onChange, onNameJudged } = props
  const t = useTexts(createTexts)
  const styles = useStyles()
  return (
    <div className={styles.part}>
      <Subtitle2 as="h2">{t.projectDetails}</Subtitle2>
      {kind === 'resource-group' ? (
        <SubscriptionPicker
          subscriptionId={draft.subscriptionId}
          onChange={(subscriptionId) => onChange({ ...draft, subscriptionId })}
        />
      ) : (
        <>
          <GroupPicker place={draft} onChange={(place) => onChange({ ...draft, ...place })} />
          <Link to="/create/resource-group">{t.newGroup}</Link>
        </>
      )}
      <Subtitle2 as="h2">{t.instanceDetails}</Subtitle2>
      <NameField {...props} onNameJudged={onNameJudged} />
      {kind === 'resource-group' ? <RegionField {...props} /> : <DataLocationField {...props} />}
    </div>
  )
}

/** The rules of the API, so that what it would refuse is seen at once. */
const RULES: Readonly<Record<Kind, RegExp>> = {
  'resource-group': /^[\p{L}\p{N}_.()-]{0,89}[\p{L}\p{N}_()-]$/u,
  'communication-service': /^[a-z0-9][\w-]{0,62}$/i,
  'email-service': /^[a-z0-9-]{1,63}$/i,
}

function NameField(props: StepProps & { readonly onNameJudged: (isGood: boolean) => void }) {
  const { kind, draft, onChange, onNameJudged } = props
  const t = useTexts(createTexts)
  const fits = RULES[kind].test(draft.name)
  const taken = useNameCheck(kind, draft, fits)
  const isGood = fits && (kind !== 'communication-service' || taken.data?.nameAvailable === true)
  useEffect(() => onNameJudged(isGood), [isGood, onNameJudged])
  const problem = draft.name !== '' && !fits ? t.badName : taken.data?.message
  const message = problem ?? (taken.isFetching ? t.checking : taken.data?.nameAvailable ? t.available : undefined)
  const state = problem !== undefined ? 'error' : taken.data?.nameAvailable ? 'success' : 'none'
  return (
    <Field
      label={kind === 'resource-group' ? t.groupName : t.resourceName}
      required
      hint={t.nameHints[kind]}
      validationState={state}
      {...(message !== undefined && { validationMessage: message })}
    >
      <Input value={draft.name} onChange={(_event, { value }) => onChange({ ...draft, name: value.trim() })} />
    </Field>
  )
}

type NameAvailability = { readonly nameAvailable: boolean; readonly message?: string }

/** Only names of communication services must be free beyond their group. */
function useNameCheck(kind: Kind, { name, subscriptionId }: Draft, fits: boolean) {
  const api = useApi()
  const settled = useSettled(name)
  return useQuery({
    queryKey: ['name', subscriptionId, name],
    enabled: kind === 'communication-service' && fits && subscriptionId !== undefined && settled === name,
    queryFn: ({ signal }) =>
      api.call<NameAvailability>('POST', `${subscriptionId}/providers/Microsoft.Communication/checkNameAvailability`, {
        query: { 'api-version': '2025-09-01' },
        json: { name, type: 'Microsoft.Communication/CommunicationServices' },
        signal,
      }),
  })
}

type Location = { readonly name: string; readonly displayName: string }

function useLocations(subscriptionId: string | undefined) {
  const api = useApi()
  const path = `${subscriptionId}/locations`
  return useQuery({
    queryKey: [path],
    enabled: subscriptionId !== undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) =>
      (await api.call<{ value: readonly Location[] }>('GET', path, { query: { 'api-version': '2022-12-01' }, signal }))
        .value,
  })
}

function RegionField({ draft, onChange }: StepProps) {
  const t = useTexts(createTexts)
  const { data = [] } = useLocations(draft.subscriptionId)
  return (
    <Field label={t.region} required>
      <Dropdown
        value={data.find(({ name }) => name === draft.location)?.displayName ?? draft.location}
        selectedOptions={[draft.location]}
        onOptionSelect={(_event, { optionValue = '' }) => onChange({ ...draft, location: optionValue })}
      >
        {data.map(({ name, displayName }) => (
          <Option key={name} value={name}>
            {displayName}
          </Option>
        ))}
      </Dropdown>
    </Field>
  )
}

function DataLocationField({ draft, onChange }: StepProps) {
  const t = useTexts(createTexts)
  return (
    <Field label={t.dataLocation} required hint={t.dataLocationHint}>
      <Dropdown
        value={draft.location}
        selectedOptions={[draft.location]}
        onOptionSelect={(_event, { optionValue = '' }) => onChange({ ...draft, location: optionValue })}
      >
        {dataLocationNames.map((name) => (
          <Option key={name} value={name}>
            {name}
          </Option>
        ))}
      </Dropdown>
    </Field>
  )
}

export function Review(props: { readonly kind: Kind; readonly draft: Draft }) {
  const { kind, draft } = props
  const t = useTexts(createTexts)
  const r = useTexts(resourceTexts)
  const shown = (text: string | undefined) => text || '–'
  const isGroup = kind === 'resource-group'
  return (
    <Essentials
      items={[
        { label: r.type, value: t.kinds[kind] },
        { label: r.subscriptionId, value: shown(draft.subscriptionId && nameOf(draft.subscriptionId)) },
        ...(isGroup ? [] : [{ label: r.resourceGroup, value: shown(draft.groupId && nameOf(draft.groupId)) }]),
        { label: isGroup ? t.groupName : t.resourceName, value: shown(draft.name) },
        { label: isGroup ? t.region : t.dataLocation, value: shown(draft.location) },
      ]}
    />
  )
}
