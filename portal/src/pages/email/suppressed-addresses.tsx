// The addresses of one suppression list.

import { Field, Input, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { type ArmResource, versionOf } from '../../api/resource.ts'
import { DeleteRow } from '../../parts/delete-row.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { suppressionTexts } from './suppression-texts.ts'

const TYPE = 'Microsoft.Communication/EmailServices/Domains/SuppressionLists/SuppressionListAddresses'
const WRITE = { action: `${TYPE}/Write` }
const DELETE = { action: `${TYPE}/Delete` }

const MEMBERS = ['email', 'firstName', 'lastName', 'notes'] as const
type Member = (typeof MEMBERS)[number]
type Address = ArmResource<Readonly<Record<Member, string>>>

const useStyles = makeStyles({
  addresses: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0, justifyItems: 'start' },
  table: { width: '100%', minWidth: 0 },
})

export function SuppressedAddresses({ id, name }: { readonly id: string; readonly name: string }) {
  const t = useTexts(suppressionTexts)
  const r = useTexts(resourceTexts)
  const styles = useStyles()
  const path = `${id}/suppressionListAddresses`
  const pages = usePages<Address>(path, versionOf(path))
  const [isAdding, setIsAdding] = useState(false)
  const title = t.addresses(name)
  return (
    <div className={styles.addresses}>
      <Subtitle2 as="h3">{title}</Subtitle2>
      <GuardedButton scope={id} right={WRITE} icon={<AddRegular />} onClick={() => setIsAdding(true)}>
        {t.addAddress}
      </GuardedButton>
      <div className={styles.table}>
        <PagedTable
          label={title}
          pages={pages}
          keyOf={(address) => address.id}
          empty={t.noAddresses}
          columns={[
            ...MEMBERS.map((member) => ({
              key: member,
              header: t[member],
              cell: ({ properties }: Address) => properties[member],
            })),
            {
              key: 'actions',
              header: r.actions,
              cell: ({ id: addressId, properties: { email } }) => (
                <DeleteRow
                  id={addressId}
                  right={DELETE}
                  label={t.deleteAddressRow(email)}
                  title={t.deleteAddressTitle(email)}
                  said={t.addressDeleted(email)}
                >
                  <Text>{t.addressBreaks}</Text>
                </DeleteRow>
              ),
            },
          ]}
        />
      </div>
      {isAdding && <AddDialog id={id} onClose={() => setIsAdding(false)} />}
    </div>
  )
}

function AddDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useTexts(suppressionTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const [given, setGiven] = useState<Readonly<Record<Member, string>>>({
    email: '',
    firstName: '',
    lastName: '',
    notes: '',
  })
  const add = useAction({
    run: () => {
      const path = `${id}/suppressionListAddresses/${crypto.randomUUID()}`
      return api.call<Address>('PUT', path, { query: versionOf(path), json: { properties: given }, isNew: true })
    },
    said: ({ properties }) => t.addressAdded(properties.email),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.addAddress}
      verb={common.add}
      isReady={given.email !== ''}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={onClose}
    >
      {MEMBERS.map((member) => (
        <Field key={member} label={t[member]} required={member === 'email'}>
          <Input value={given[member]} onChange={(_event, { value }) => setGiven({ ...given, [member]: value })} />
        </Field>
      ))}
    </FormDialog>
  )
}
