// The frame of a blade: its title below that of the resource, what it can do, and its content.

import { makeStyles, Subtitle1, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  title: { margin: 0 },
  blade: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalL,
    minWidth: 0,
    alignContent: 'start',
  },
  commands: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    paddingBottom: tokens.spacingVerticalS,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
})

export function BladeFrame(props: {
  readonly title: string
  readonly commands?: ReactNode
  readonly children: ReactNode
}) {
  const { title, commands, children } = props
  const styles = useStyles()
  return (
    <div className={styles.blade}>
      <Subtitle1 as="h2" className={styles.title}>
        {title}
      </Subtitle1>
      {commands !== undefined && <div className={styles.commands}>{commands}</div>}
      {children}
    </div>
  )
}
