// The role as JSON, as it is sent: to be copied, or changed here. What is no role yet changes nothing.

import { Field, Textarea } from '@fluentui/react-components'
import { useState } from 'react'
import { CopyButton } from '../../parts/copy-field.tsx'
import { useTexts } from '../../texts/language.tsx'
import { useCellStyles } from './cell-styles.ts'
import { bodyOf, type RoleDraft, readBody } from './role-draft.ts'
import { roleTexts } from './role-texts.ts'

export function RoleJson(props: { readonly draft: RoleDraft; readonly onChange: (draft: RoleDraft) => void }) {
  const { draft, onChange } = props
  const t = useTexts(roleTexts)
  const styles = useCellStyles()
  const [text, setText] = useState(() => JSON.stringify(bodyOf(draft), undefined, 2))
  const isWrong = readBody(text) === undefined
  const write = (value: string) => {
    setText(value)
    const read = readBody(value)
    if (read !== undefined) onChange(read)
  }
  return (
    <div className={styles.wide}>
      <Field
        label={t.json}
        hint={t.jsonHint}
        {...(isWrong && { validationState: 'error' as const, validationMessage: t.jsonWrong })}
      >
        <Textarea
          value={text}
          onChange={(_event, { value }) => write(value)}
          textarea={{ rows: 24, spellCheck: false, style: { fontFamily: 'monospace', maxHeight: 'none' } }}
        />
      </Field>
      <div>
        <CopyButton label={t.json} value={text} />
      </div>
    </div>
  )
}
