// The fields of an event subscription, as the steps of its form show them.

import {
  Checkbox,
  Dropdown,
  Field,
  Input,
  makeStyles,
  Option,
  Radio,
  RadioGroup,
  Textarea,
  tokens,
} from '@fluentui/react-components'
import { useTexts } from '../../texts/language.tsx'
import { createTexts } from './create-texts.ts'
import { type Draft, headersOf, isNamed } from './draft.ts'
import { SCHEMAS, type Schema } from './subscription.ts'
import { EVENT_TYPES, eventsTexts } from './texts.ts'

const useStyles = makeStyles({
  types: { display: 'grid', marginLeft: tokens.spacingHorizontalXXL },
  wide: { minWidth: 0 },
})

export type FieldsProps = { readonly draft: Draft; readonly onChange: (changes: Partial<Draft>) => void }

export function BasicFields({ draft, onChange }: FieldsProps) {
  const t = useTexts(createTexts)
  const isWrong = draft.name !== '' && !isNamed(draft)
  return (
    <>
      <Field label={t.name} required hint={t.nameHint} validationState={isWrong ? 'error' : 'none'}>
        <Input value={draft.name} onChange={(_event, { value }) => onChange({ name: value })} />
      </Field>
      <SchemaField draft={draft} onChange={onChange} />
    </>
  )
}

export function SchemaField({ draft, onChange }: FieldsProps) {
  const events = useTexts(eventsTexts)
  return (
    <Field label={events.schema} required>
      <Dropdown
        value={events.schemas[draft.schema]}
        selectedOptions={[draft.schema]}
        onOptionSelect={(_event, { optionValue }) => onChange({ schema: optionValue as Schema })}
      >
        {SCHEMAS.map((schema) => (
          <Option key={schema} value={schema}>
            {events.schemas[schema]}
          </Option>
        ))}
      </Dropdown>
    </Field>
  )
}

export function EndpointFields({ draft, onChange }: FieldsProps) {
  const t = useTexts(createTexts)
  return (
    <>
      <UrlField draft={draft} onChange={onChange} required hint={t.urlHint} />
      <HeadersField draft={draft} onChange={onChange} />
      <CaField draft={draft} onChange={onChange} />
      <Field label={t.secret} hint={t.secretHint}>
        <Input
          type="password"
          autoComplete="new-password"
          value={draft.secret}
          onChange={(_event, { value }) => onChange({ secret: value })}
        />
      </Field>
    </>
  )
}

export function UrlField(props: FieldsProps & { readonly required?: boolean; readonly hint: string }) {
  const { draft, onChange, required = false, hint } = props
  const t = useTexts(createTexts)
  return (
    <Field label={t.url} required={required} hint={hint}>
      <Input
        type="url"
        autoComplete="off"
        value={draft.url}
        placeholder="https://monitor.example.com/hook"
        onChange={(_event, { value }) => onChange({ url: value.trim() })}
      />
    </Field>
  )
}

export function HeadersField({ draft, onChange }: FieldsProps) {
  const t = useTexts(createTexts)
  const styles = useStyles()
  const isWrong = headersOf(draft) === undefined
  return (
    <Field
      label={t.headers}
      hint={t.headersHint}
      className={styles.wide}
      {...(isWrong && { validationMessage: t.headersInvalid })}
    >
      <Textarea
        rows={3}
        value={draft.headers}
        placeholder="Authorization: Bearer …"
        onChange={(_event, { value }) => onChange({ headers: value })}
      />
    </Field>
  )
}

export function CaField({ draft, onChange }: FieldsProps) {
  const t = useTexts(createTexts)
  const styles = useStyles()
  return (
    <Field label={t.ca} hint={t.caHint} className={styles.wide}>
      <Textarea
        rows={4}
        value={draft.ca}
        placeholder="-----BEGIN CERTIFICATE-----"
        onChange={(_event, { value }) => onChange({ ca: value })}
      />
    </Field>
  )
}

export function TypeFields({ draft: { types }, onChange }: FieldsProps) {
  const t = useTexts(createTexts)
  const events = useTexts(eventsTexts)
  const styles = useStyles()
  const toggle = (type: string) => onChange({ types: [...new Set(types).symmetricDifference(new Set([type]))] })
  return (
    <>
      <Field label={t.choose}>
        <RadioGroup
          value={types === undefined ? 'all' : 'some'}
          onChange={(_event, { value }) => onChange({ types: value === 'all' ? undefined : [] })}
        >
          <Radio value="all" label={t.all} />
          <Radio value="some" label={t.some} />
        </RadioGroup>
      </Field>
      {types !== undefined && (
        <div role="group" aria-label={events.types} className={styles.types}>
          {EVENT_TYPES.map((type) => (
            <Checkbox
              key={type}
              label={events.kinds[type]}
              checked={types.includes(type)}
              onChange={() => toggle(type)}
            />
          ))}
        </div>
      )}
    </>
  )
}
