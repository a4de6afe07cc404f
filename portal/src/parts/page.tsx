// The frame of a page: its title, which is also that of the window, and what it can do.

import { makeStyles, Title2, tokens } from '@fluentui/react-components'
import { type ReactNode, useEffect } from 'react'

const useStyles = makeStyles({
  page: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL, minWidth: 0 },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    overflowWrap: 'anywhere',
  },
})

export function Page(props: { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  const { title, actions, children } = props
  const styles = useStyles()
  useEffect(() => {
    document.title = `${title} - Postern`
  }, [title])
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <Title2 as="h1">{title}</Title2>
        {actions}
      </div>
      {children}
    </div>
  )
}
