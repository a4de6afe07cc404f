// An application that has a role on the resource, chosen by its name; or any other one, by its application id.

import { ApplicationCombobox, type OfferedApplication } from '../../parts/application-combobox.tsx'
import { Failure } from '../../parts/failure.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useApplicationsHere } from './service.ts'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

export function ApplicationPicker(props: {
  /** The communication service. */
  readonly id: string
  readonly label: string
  readonly isRequired?: boolean
  readonly onChange: (applicationId: string | undefined) => void
}) {
  const { id, onChange, ...field } = props
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const here = useApplicationsHere(id)
  const applications = here.data?.applications ?? []
  return (
    <>
      <ApplicationCombobox
        {...field}
        hint={t.applicationHint}
        offer={(typed) => applications.filter((one) => fits(one, typed.toLowerCase()))}
        onChange={(applicationId) => onChange(applicationId || undefined)}
        note={here.isPending ? common.loading : applications.length === 0 ? t.noApplications : undefined}
      />
      {here.isError && <Failure error={here.error} />}
    </>
  )
}

const fits = ({ displayName, appId }: OfferedApplication, typed: string): boolean =>
  displayName.toLowerCase().includes(typed) || appId.startsWith(typed)
