// A new SMTP username: its application, its name or none to have one made up, and the address its mail goes out as where it may need one.

import { Combobox, Field, Input, Option } from '@fluentui/react-components'
import { useState } from 'react'
import { versionOf } from '../../api/resource.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi, useSession } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { ApplicationPicker } from './application-picker.tsx'
import { useSmtpSettings } from './service.ts'
import type { SmtpUsername } from './smtp-usernames-blade.tsx'
import { smtpUsernamesTexts } from './smtp-usernames-texts.ts'

const MOST_OFFERED = 50

export function AddSmtpUsernameDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useTexts(smtpUsernamesTexts)
  const common = useTexts(commonTexts)
  const settings = useSmtpSettings(id)
  const [applicationId, setApplicationId] = useState<string | undefined>()
  const [username, setUsername] = useState('')
  const [defaultFrom, setDefaultFrom] = useState('')
  const add = useAdd(id, onClose)
  const senders = settings.data?.senderAddresses ?? []
  return (
    <FormDialog
      title={t.add}
      verb={common.add}
      isReady={applicationId !== undefined}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => applicationId !== undefined && add.mutate({ applicationId, username, defaultFrom })}
      onClose={onClose}
    >
      <ApplicationPicker id={id} label={t.application} isRequired onChange={setApplicationId} />
      <Field label={t.username} hint={t.usernameHint}>
        <Input value={username} onChange={(_event, { value }) => setUsername(value)} />
      </Field>
      <Field label={t.defaultFrom} hint={t.defaultFromHint}>
        <Combobox
          freeform
          value={defaultFrom}
          onChange={(event) => setDefaultFrom(event.target.value)}
          onOptionSelect={(_event, { optionValue = '' }) => setDefaultFrom(optionValue)}
        >
          {senders.slice(0, MOST_OFFERED).map((address) => (
            <Option key={address} value={address}>
              {address}
            </Option>
          ))}
        </Combobox>
      </Field>
    </FormDialog>
  )
}

type Given = { readonly applicationId: string; readonly username: string; readonly defaultFrom: string }

function useAdd(id: string, onDone: () => void) {
  const t = useTexts(smtpUsernamesTexts)
  const api = useApi()
  const { tenantId } = useSession()
  return useAction({
    run: ({ applicationId: entraApplicationId, username, defaultFrom }: Given) => {
      const path = `${id}/smtpUsernames/${crypto.randomUUID()}`
      const properties = {
        entraApplicationId,
        tenantId,
        ...(username.trim() !== '' && { username: username.trim() }),
        ...(defaultFrom.trim() !== '' && { defaultFrom: defaultFrom.trim() }),
      }
      return api.call<SmtpUsername>('PUT', path, { query: versionOf(path), json: { properties }, isNew: true })
    },
    said: ({ properties }) => t.added(properties.username),
    onDone,
  })
}
