// “New client secret”, or a device password: what it is for, how long it lasts, and its value, this once.

import { Body1, Dropdown, Field, Input, MessageBar, MessageBarBody, Option } from '@fluentui/react-components'
import { useState } from 'react'
import type { Api } from '../../api/api.ts'
import { CopyField } from '../../parts/copy-field.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { credentialTexts } from './credential-texts.ts'
import type { Application } from './directory.ts'
import { DoneDialog, FormDialog } from '../../parts/form-dialog.tsx'

type Kind = 'password' | 'device-password'
export type MadeSecret = { readonly keyId: string; readonly secretText: string; readonly endDateTime: string }

const DAY = 86_400_000
const LENGTHS = ['90', '180', '365', '730'] as const
const CUSTOM = 'custom'

export function makeSecret(
  api: Api,
  application: Pick<Application, 'id'>,
  {
    kind,
    displayName,
    endDateTime,
  }: { readonly kind: Kind; readonly displayName: string; readonly endDateTime: string },
): Promise<MadeSecret> {
  const asked = { displayName, endDateTime }
  return kind === 'password'
    ? api.call('POST', `/v1.0/applications/${application.id}/addPassword`, { json: { passwordCredential: asked } })
    : api.call('POST', `/providers/Postern.Mail/applications/${application.id}/devicePassword`, { json: asked })
}

export const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY).toISOString()

export function NewSecret(props: {
  readonly application: Application
  readonly kind: Kind
  readonly onClose: () => void
}) {
  const { application, kind, onClose } = props
  const t = useTexts(credentialTexts)
  const api = useApi()
  const [displayName, setDisplayName] = useState('')
  const [end, setEnd] = useState<string | undefined>(() => daysFromNow(180))
  const make = useAction({
    run: (endDateTime: string) => makeSecret(api, application, { kind, displayName: displayName.trim(), endDateTime }),
  })
  if (make.data) return <ShownSecret made={make.data} onClose={onClose} />
  return (
    <FormDialog
      title={kind === 'password' ? t.newSecret : t.newDevicePassword}
      verb={t.add}
      isReady={end !== undefined}
      isBusy={make.isPending}
      error={make.error}
      onSubmit={() => end !== undefined && make.mutate(end)}
      onClose={onClose}
    >
      <Body1>{kind === 'password' ? t.secretAbout : t.deviceAbout}</Body1>
      <Field label={t.description}>
        <Input value={displayName} maxLength={90} onChange={(_event, { value }) => setDisplayName(value)} />
      </Field>
      <Expiry onChange={setEnd} />
    </FormDialog>
  )
}

/** Undefined as long as there is no end in the future. */
function Expiry({ onChange }: { readonly onChange: (endDateTime: string | undefined) => void }) {
  const t = useTexts(credentialTexts)
  const [chosen, setChosen] = useState<string>('180')
  const textOf = (length: string) => {
    if (length === CUSTOM) return t.custom
    return length === '180' ? t.recommended : t.days(Number(length))
  }
  return (
    <>
      <Field label={t.expires}>
        <Dropdown
          value={textOf(chosen)}
          selectedOptions={[chosen]}
          onOptionSelect={(_event, { optionValue = '180' }) => {
            setChosen(optionValue)
            onChange(optionValue === CUSTOM ? undefined : daysFromNow(Number(optionValue)))
          }}
        >
          {[...LENGTHS, CUSTOM].map((length) => (
            <Option key={length} value={length}>
              {textOf(length)}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {chosen === CUSTOM && (
        <Field label={t.customDate} required>
          <Input
            type="date"
            min={daysFromNow(1).slice(0, 10)}
            onChange={(_event, { value }) => {
              const at = Date.parse(`${value}T23:59:59`)
              onChange(at > Date.now() ? new Date(at).toISOString() : undefined)
            }}
          />
        </Field>
      )}
    </>
  )
}

function ShownSecret({ made, onClose }: { readonly made: MadeSecret; readonly onClose: () => void }) {
  const t = useTexts(credentialTexts)
  const { date } = useFormats()
  return (
    <DoneDialog title={t.made} onClose={onClose}>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{t.copyNow}</MessageBarBody>
      </MessageBar>
      <CopyField label={t.value} value={made.secretText} />
      <CopyField label={t.secretId} value={made.keyId} />
      <Body1>
        {t.expires}: {date(made.endDateTime)}
      </Body1>
    </DoneDialog>
  )
}
