// The fields of a fault.

import { Dropdown, Field, Input, Option, Radio, RadioGroup } from '@fluentui/react-components'
import { ApiDropdown } from '../../parts/api-dropdown.tsx'
import { ApplicationField } from '../../parts/application-field.tsx'
import { SubscriptionPicker } from '../../parts/group-picker.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type FaultDraft, isOfCredential, isOfService, isSlow, LENGTHS } from './fault-draft.ts'
import { type FaultKind, OF_CREDENTIALS, OF_SENDING } from './faults.ts'
import { faultsTexts } from './texts.ts'

type FieldsProps = { readonly draft: FaultDraft; readonly onChange: (changes: Partial<FaultDraft>) => void }

export function KindFields({ draft, onChange }: FieldsProps) {
  const t = useTexts(faultsTexts)
  const { kind, delay, retryAfter } = draft
  return (
    <>
      <Field label={t.kind} required>
        <Dropdown
          value={t.kinds[kind]}
          selectedOptions={[kind]}
          onOptionSelect={(_event, { optionValue }) => onChange({ kind: optionValue as FaultKind })}
        >
          {[...OF_SENDING, ...OF_CREDENTIALS].map((one) => (
            <Option key={one} value={one}>
              {t.kinds[one]}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {isSlow(kind) && (
        <Field label={t.delay} required>
          <Input
            type="number"
            min={0.1}
            max={120}
            value={delay}
            onChange={(_event, { value }) => onChange({ delay: value })}
          />
        </Field>
      )}
      {kind === 'throttled' && (
        <Field label={t.retryAfter} required>
          <Input
            type="number"
            min={1}
            max={240}
            value={retryAfter}
            onChange={(_event, { value }) => onChange({ retryAfter: value })}
          />
        </Field>
      )}
    </>
  )
}

type Service = { readonly id: string; readonly name: string }

export function TargetFields({ draft, onChange }: FieldsProps) {
  const t = useTexts(faultsTexts)
  const { kind, subscriptionId, serviceId } = draft
  const ofService = isOfService(draft)
  return (
    <>
      <Field label={t.target} {...(isOfCredential(kind) && { hint: t.onlyApplications })}>
        <RadioGroup
          value={ofService ? 'service' : 'application'}
          disabled={isOfCredential(kind)}
          onChange={(_event, { value }) =>
            // What was chosen of the other is not seen any more.
            onChange({ of: value === 'service' ? 'service' : 'application', applicationId: '', serviceId: undefined })
          }
        >
          <Radio value="application" label={t.application} />
          <Radio value="service" label={t.service} />
        </RadioGroup>
      </Field>
      {ofService ? (
        <>
          <SubscriptionPicker
            subscriptionId={subscriptionId}
            onChange={(chosen) => onChange({ subscriptionId: chosen, serviceId: undefined })}
          />
          <ApiDropdown<Service>
            label={t.serviceLabel}
            path={
              subscriptionId === undefined
                ? undefined
                : `${subscriptionId}/providers/Microsoft.Communication/communicationServices`
            }
            query={{ 'api-version': '2025-09-01' }}
            keyOf={({ id }) => id}
            nameOf={({ name }) => name}
            chosenKey={serviceId}
            onChoose={({ id }) => onChange({ serviceId: id })}
          />
        </>
      ) : (
        <ApplicationField
          label={t.applicationLabel}
          isRequired
          onChange={(applicationId) => onChange({ applicationId: applicationId ?? '' })}
        />
      )}
    </>
  )
}

export function LengthField({ draft: { length }, onChange }: FieldsProps) {
  const t = useTexts(faultsTexts)
  return (
    <Field label={t.endsIn}>
      <Dropdown
        value={t.lengths[length]}
        selectedOptions={[String(length)]}
        onOptionSelect={(_event, { optionValue }) =>
          onChange({ length: LENGTHS.find((one) => String(one) === optionValue) ?? length })
        }
      >
        {LENGTHS.map((one) => (
          <Option key={one} value={String(one)}>
            {t.lengths[one]}
          </Option>
        ))}
      </Dropdown>
    </Field>
  )
}
