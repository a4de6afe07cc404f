// Ids to be taken elsewhere, below each other, no wider than is easy to read.

import { makeStyles, tokens } from '@fluentui/react-components'
import { CopyField } from '../../parts/copy-field.tsx'

const useStyles = makeStyles({ ids: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '640px', minWidth: 0 } })

export function Ids({ items }: { readonly items: readonly { readonly label: string; readonly value: string }[] }) {
  const styles = useStyles()
  return (
    <div className={styles.ids}>
      {items.map(({ label, value }) => (
        <CopyField key={label} label={label} value={value} />
      ))}
    </div>
  )
}
