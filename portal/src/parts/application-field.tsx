// The field for an application of the directory, which is searched for what is typed. An application id also does where the directory is
// another provider's or not to be read.

import { useState } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { ApplicationCombobox } from './application-combobox.tsx'
import { Failure } from './failure.tsx'
import { MissingRights } from './principal-picker.tsx'
import { pickerTexts } from './principal-picker-texts.ts'
import { usePrincipalSearch } from './principals.ts'
import { useSettled } from './use-settled.ts'

const MOST = 20

export function ApplicationField(props: {
  readonly label: string
  readonly isRequired?: boolean
  /** Empty where nothing was typed, undefined while what was typed is no application. */
  readonly onChange: (applicationId: string | undefined) => void
}) {
  const t = useTexts(pickerTexts)
  const common = useTexts(commonTexts)
  const [typed, setTyped] = useState('')
  const search = usePrincipalSearch(useSettled(typed), ['ServicePrincipal'], { limit: MOST })
  const { found, isPending, hasMore, missing, error } = search
  const note = isPending ? common.loading : found.length === 0 ? common.nothingFound : hasMore ? t.more : undefined
  return (
    <>
      <ApplicationCombobox
        {...props}
        hint={t.applicationHint}
        offer={() => found.map(({ detail, name }) => ({ appId: detail, displayName: name }))}
        note={note}
        onType={setTyped}
      />
      <MissingRights rights={missing} />
      {error != null && <Failure error={error} />}
    </>
  )
}
