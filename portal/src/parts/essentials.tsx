// What a thing is, in names and values side by side; below each other where it is narrow.

import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

export type Essential = { readonly label: string; readonly value: ReactNode }

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 300px), 1fr))',
    gap: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalXXL}`,
    margin: 0,
  },
  value: { margin: 0, overflowWrap: 'anywhere' },
  label: { color: tokens.colorNeutralForeground2 },
})

export function Essentials({ items }: { readonly items: readonly Essential[] }) {
  const styles = useStyles()
  return (
    <dl className={styles.list}>
      {items.map(({ label, value }) => (
        <div key={label}>
          <dt>
            <Caption1 className={styles.label}>{label}</Caption1>
          </dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
