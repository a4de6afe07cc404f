// An application that has a role on the resource, chosen by its name; or any other one, by its application id.

import { Combobox, Field, Option } from '@fluentui/react-components'
import { useState } from 'react'
import { Failure } from '../../parts/failure.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Application, useApplicationsHere } from './service.ts'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

export function ApplicationPicker(props: {
  /** The communication service. */
  readonly id: string
  readonly label: string
  readonly isRequired?: boolean
  readonly onChange: (applicationId: string | undefined) => void
}) {
  const { id, label, isRequired = false, onChange } = props
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const applications = useApplicationsHere(id)
  const [typed, setTyped] = useState('')
  const offered = (applications.data ?? []).filter((one) => fits(one, typed))
  const type = (text: string) => {
    setTyped(text)
    onChange(GUID.test(text.trim()) ? text.trim() : undefined)
  }
  const empty = applications.isPending ? common.loading : t.noApplications
  return (
    <>
      <Field label={label} required={isRequired} hint={t.applicationHint}>
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
          {offered.map(({ appId, displayName }) => (
            <Option key={appId} value={appId} text={displayName}>
              {`${displayName} (${appId})`}
            </Option>
          ))}
          {offered.length === 0 && (
            <Option disabled value="" text="">
              {empty}
            </Option>
          )}
        </Combobox>
      </Field>
      {applications.isError && <Failure error={applications.error} />}
    </>
  )
}

function fits({ displayName, appId }: Application, typed: string): boolean {
  const wanted = typed.trim().toLowerCase()
  return displayName.toLowerCase().includes(wanted) || appId.startsWith(wanted)
}
