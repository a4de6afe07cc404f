// Where a custom role can be assigned: this scope, those above it, and others by their ids.

import { Body1, Button, Checkbox, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { DeleteRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { TYPE_NAMES, typeOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useLanguage, useTexts } from '../../texts/language.tsx'
import { isSameScope, scopesFrom } from './model.ts'
import type { RoleDraft } from './role-draft.ts'
import { roleTexts } from './role-texts.ts'

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  id: { overflowWrap: 'anywhere', minWidth: 0 },
  boxes: { display: 'grid' },
})

export function RoleScopes(props: {
  readonly id: string
  readonly draft: RoleDraft
  readonly onChange: (part: Partial<RoleDraft>) => void
}) {
  const { id, draft, onChange } = props
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const { language } = useLanguage()
  const styles = useStyles()
  const { assignableScopes: scopes } = draft
  const offered = scopesFrom(id)
  const has = (scope: string) => scopes.some((one) => isSameScope(one, scope))
  const add = (scope: string) => {
    if (!has(scope)) onChange({ assignableScopes: [...scopes, scope] })
  }
  const remove = (scope: string) => onChange({ assignableScopes: scopes.filter((one) => !isSameScope(one, scope)) })
  const others = scopes.filter((scope) => !offered.some((one) => isSameScope(one, scope)))
  return (
    <>
      <Body1>{t.scopesHint}</Body1>
      <div className={styles.boxes}>
        {offered.map((scope) => (
          <Checkbox
            key={scope}
            className={styles.id}
            checked={has(scope)}
            onChange={(_event, { checked }) => (checked === true ? add(scope) : remove(scope))}
            label={<span className={styles.id}>{`${TYPE_NAMES[typeOf(scope)]?.[language] ?? ''}: ${scope}`}</span>}
          />
        ))}
      </div>
      {others.map((scope) => (
        <div key={scope} className={styles.row}>
          <Body1 className={styles.id}>{scope}</Body1>
          <Button
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`${common.remove}: ${scope}`}
            onClick={() => remove(scope)}
          />
        </div>
      ))}
      <OtherScope onAdd={add} />
    </>
  )
}

function OtherScope({ onAdd }: { readonly onAdd: (scope: string) => void }) {
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const [typed, setTyped] = useState('')
  const add = () => {
    onAdd(typed.trim())
    setTyped('')
  }
  return (
    <Field label={t.otherScope} hint={t.otherScopeHint}>
      <Input
        value={typed}
        onChange={(_event, { value }) => setTyped(value)}
        contentAfter={
          <Button
            size="small"
            appearance="transparent"
            disabled={!typed.trim().startsWith('/subscriptions/')}
            onClick={add}
          >
            {common.add}
          </Button>
        }
      />
    </Field>
  )
}
