// The field for an application, by its name or by its application id. It knows not where those come from that it offers.

import { Combobox, Field, Option } from '@fluentui/react-components'
import { useState } from 'react'
import { GUID } from './principals.ts'

export type OfferedApplication = { readonly appId: string; readonly displayName: string }

export function ApplicationCombobox(props: {
  readonly label: string
  readonly hint: string
  readonly isRequired?: boolean
  /** Those that fit what was typed. */
  readonly offer: (typed: string) => readonly OfferedApplication[]
  /** Stands below them. */
  readonly note?: string | undefined
  readonly onType?: (typed: string) => void
  /** Empty where nothing was typed, undefined while what was typed is no application. */
  readonly onChange: (applicationId: string | undefined) => void
}) {
  const { label, hint, isRequired = false, offer, note, onType, onChange } = props
  const [typed, setTyped] = useState('')
  const type = (text: string) => {
    setTyped(text)
    onType?.(text.trim())
    const isKnown = text.trim() === '' || GUID.test(text.trim())
    onChange(isKnown ? text.trim().toLowerCase() : undefined)
  }
  return (
    <Field label={label} required={isRequired} hint={hint}>
      <Combobox
        freeform
        value={typed}
        onChange={(event) => type(event.target.value)}
        onOptionSelect={(_event, { optionValue, optionText = '' }) => {
          if (optionValue === undefined) return
          setTyped(optionText)
          onChange(optionValue)
        }}
      >
        {offer(typed.trim()).map(({ appId, displayName }) => (
          <Option key={appId} value={appId} text={displayName}>
            {`${displayName} (${appId})`}
          </Option>
        ))}
        {note !== undefined && (
          <Option disabled value="" text="">
            {note}
          </Option>
        )}
      </Combobox>
    </Field>
  )
}
