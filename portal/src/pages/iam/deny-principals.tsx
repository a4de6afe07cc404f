// Who is denied: everyone or those who are chosen, and who is left out of it.

import { Body1, Button, Field, Radio, RadioGroup } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { PrincipalList, PrincipalPicker } from '../../parts/principal-picker.tsx'
import type { Principal } from '../../parts/principals.ts'
import { useTexts } from '../../texts/language.tsx'
import { useCellStyles } from './cell-styles.ts'
import type { DenyDraft } from './deny-form.tsx'
import { denyTexts } from './deny-texts.ts'

export function DenyPrincipals(props: {
  readonly draft: DenyDraft
  readonly onChange: (part: Partial<DenyDraft>) => void
}) {
  const { draft, onChange } = props
  const t = useTexts(denyTexts)
  return (
    <>
      <Field label={t.who}>
        <RadioGroup
          value={draft.isEveryone ? 'everyone' : 'chosen'}
          onChange={(_event, { value }) => onChange({ isEveryone: value === 'everyone' })}
        >
          <Radio value="chosen" label={t.chosen} />
          <Radio value="everyone" label={t.everyoneBut} />
        </RadioGroup>
      </Field>
      {!draft.isEveryone && (
        <Principals
          label={t.denied}
          verb={t.select}
          principals={draft.principals}
          onChange={(principals) => onChange({ principals })}
        />
      )}
      <Principals
        label={t.excluded}
        verb={t.selectExcluded}
        principals={draft.excluded}
        onChange={(excluded) => onChange({ excluded })}
      />
    </>
  )
}

function Principals(props: {
  readonly label: string
  readonly verb: string
  readonly principals: readonly Principal[]
  readonly onChange: (principals: readonly Principal[]) => void
}) {
  const { label, verb, principals, onChange } = props
  const t = useTexts(denyTexts)
  const styles = useCellStyles()
  const [isPicking, setIsPicking] = useState(false)
  return (
    <div className={styles.stack}>
      <Body1>{label}</Body1>
      <Button icon={<AddRegular />} onClick={() => setIsPicking(true)}>
        {verb}
      </Button>
      {principals.length === 0 ? (
        <Body1>{t.noOne}</Body1>
      ) : (
        <PrincipalList
          label={label}
          principals={principals}
          onRemove={({ id }) => onChange(principals.filter((one) => one.id !== id))}
        />
      )}
      {isPicking && (
        <PrincipalPicker
          title={verb}
          chosen={principals}
          onChoose={(chosen) => {
            onChange(chosen)
            setIsPicking(false)
          }}
          onClose={() => setIsPicking(false)}
        />
      )}
    </div>
  )
}
