// The domains of an email service with how their records stand, and two ways to another one.

import { Field, Input, Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { versionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Domain, isVerified, WRITE_DOMAIN } from './domain.ts'
import { emailTexts } from './email-texts.ts'
import { RecordStates } from './record-state.tsx'
import { emailTitles } from './titles.ts'

export function ProvisionDomainsBlade({ id }: BladeProps) {
  const t = useTexts(emailTexts)
  const title = useTexts(emailTitles.provisionDomains).title
  const path = `${id}/domains`
  const pages = usePages<Domain>(path, versionOf(path))
  const [asked, setAsked] = useState<'managed' | 'custom' | undefined>()
  const close = () => setAsked(undefined)
  return (
    <BladeFrame
      title={title}
      commands={(['managed', 'custom'] as const).map((kind) => (
        <GuardedButton key={kind} scope={id} right={WRITE_DOMAIN} icon={<AddRegular />} onClick={() => setAsked(kind)}>
          {kind === 'managed' ? t.addManaged : t.addCustom}
        </GuardedButton>
      ))}
    >
      <PagedTable
        label={title}
        pages={pages}
        keyOf={(domain) => domain.id}
        empty={t.noDomains}
        columns={[
          {
            key: 'name',
            header: t.domainName,
            width: 200,
            cell: (domain) => <Link to={addressOf(domain.id)}>{domain.properties.fromSenderDomain}</Link>,
          },
          {
            key: 'type',
            header: t.domainType,
            width: 150,
            cell: ({ properties }) => (properties.domainManagement === 'AzureManaged' ? t.managed : t.custom),
          },
          {
            key: 'verification',
            header: t.verification,
            cell: (domain) =>
              isVerified(domain) ? (
                <StateBadge look="good" text={t.statuses.Verified} />
              ) : (
                <StateBadge look="bad" text={t.notVerified} />
              ),
          },
          { key: 'records', header: t.records, width: 260, cell: (domain) => <RecordStates domain={domain} /> },
        ]}
      />
      {asked === 'managed' && <AddManagedDialog id={id} onClose={close} />}
      {asked === 'custom' && <AddCustomDialog id={id} onClose={close} />}
    </BladeFrame>
  )
}

type DialogProps = { readonly id: string; readonly onClose: () => void }

const MANAGED_NAME = 'AzureManagedDomain'

/** Afterwards the person is with the new domain. */
function useAdd(id: string) {
  const t = useTexts(emailTexts)
  const api = useApi()
  const navigate = useNavigate()
  return useAction({
    run: (name: string) => {
      const path = `${id}/domains/${encodeURIComponent(name)}`
      const domainManagement = name === MANAGED_NAME ? 'AzureManaged' : 'CustomerManaged'
      const json = { location: 'global', properties: { domainManagement } }
      return api.call<Domain>('PUT', path, { query: versionOf(path), json, isNew: true })
    },
    said: ({ properties }) => t.added(properties.fromSenderDomain),
    onDone: (domain) => void navigate(addressOf(domain.id)),
  })
}

function AddManagedDialog({ id, onClose }: DialogProps) {
  const t = useTexts(emailTexts)
  const common = useTexts(commonTexts)
  const add = useAdd(id)
  return (
    <ConfirmDialog
      title={t.managedTitle}
      verb={common.add}
      isBusy={add.isPending}
      error={add.error}
      onConfirm={() => add.mutate(MANAGED_NAME)}
      onClose={onClose}
    >
      <Text>{t.managedText}</Text>
    </ConfirmDialog>
  )
}

function AddCustomDialog({ id, onClose }: DialogProps) {
  const t = useTexts(emailTexts)
  const common = useTexts(commonTexts)
  const add = useAdd(id)
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t.addCustomTitle}
      verb={common.add}
      isReady={name !== ''}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(name)}
      onClose={onClose}
    >
      <Field label={t.domainName} required hint={t.customHint}>
        <Input value={name} onChange={(_event, { value }) => setName(value.trim())} />
      </Field>
    </FormDialog>
  )
}
