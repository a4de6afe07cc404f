// The tags of a resource, resource group or subscription, and the dialog that changes them all at once.

import { Button, Input, makeStyles, tokens } from '@fluentui/react-components'
import { AddRegular, DeleteRegular, EditRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useApi } from '../session/session-context.tsx'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { FormDialog } from './form-dialog.tsx'
import { GuardedButton } from './guarded-button.tsx'
import { resourceTexts } from './resource-texts.ts'
import { useAction } from './use-action.tsx'

type Tags = Readonly<Record<string, string>>
const WRITE = { action: 'Microsoft.Resources/tags/write' }

const useStyles = makeStyles({
  value: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  tags: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  tag: {
    padding: `0 ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr) auto',
    gap: tokens.spacingHorizontalS,
    width: '100%',
  },
  input: { minWidth: 0 },
})

export function TagsValue({ id, tags = {} }: { readonly id: string; readonly tags?: Tags | undefined }) {
  const t = useTexts(resourceTexts)
  const styles = useStyles()
  const [isOpen, setIsOpen] = useState(false)
  const entries = Object.entries(tags)
  return (
    <div className={styles.value}>
      {entries.length === 0 && t.noTags}
      {entries.length > 0 && (
        <ul className={styles.tags} aria-label={t.tags}>
          {entries.map(([name, value]) => (
            <li key={name} className={styles.tag}>{`${name}: ${value}`}</li>
          ))}
        </ul>
      )}
      <GuardedButton
        scope={id}
        right={WRITE}
        size="small"
        appearance="subtle"
        icon={<EditRegular />}
        aria-label={t.editTags}
        onClick={() => setIsOpen(true)}
      />
      {isOpen && <TagsDialog id={id} tags={tags} onClose={() => setIsOpen(false)} />}
    </div>
  )
}

function TagsDialog({ id, tags, onClose }: { readonly id: string; readonly tags: Tags; readonly onClose: () => void }) {
  const t = useTexts(resourceTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const styles = useStyles()
  const [rows, setRows] = useState(() => Object.entries(tags).map(([name, value]) => ({ name, value })))
  const save = useAction({
    run: () =>
      api.call('PUT', `${id}/providers/Microsoft.Resources/tags/default`, {
        query: { 'api-version': '2021-04-01' },
        json: { properties: { tags: Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value])) } },
      }),
    said: () => t.tagsSaved,
    onDone: onClose,
  })
  const change = (at: number, part: Partial<(typeof rows)[number]>) =>
    setRows(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <FormDialog
      title={t.editTags}
      verb={common.save}
      isReady={rows.every(({ name }) => name.trim() !== '')}
      isBusy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate(undefined)}
      onClose={onClose}
    >
      {rows.map(({ name, value }, at) => (
        // Rows have no other identity than their place.
        <div key={at} className={styles.row}>
          <Input
            className={styles.input}
            aria-label={t.tagName}
            placeholder={t.tagName}
            value={name}
            onChange={(_event, data) => change(at, { name: data.value })}
          />
          <Input
            className={styles.input}
            aria-label={t.tagValue}
            placeholder={t.tagValue}
            value={value}
            onChange={(_event, data) => change(at, { value: data.value })}
          />
          <Button
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={t.removeTag(name)}
            onClick={() => setRows(rows.filter((_row, index) => index !== at))}
          />
        </div>
      ))}
      <Button icon={<AddRegular />} onClick={() => setRows([...rows, { name: '', value: '' }])}>
        {t.addTag}
      </Button>
    </FormDialog>
  )
}
