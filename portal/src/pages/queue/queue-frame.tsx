// The frame of the pages of the queue: the ways between them stand above each.

import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import { Page } from '../../parts/page.tsx'
import { useEntryStyles } from '../../shell/entry-styles.ts'
import { useTexts } from '../../texts/language.tsx'
import { queueTexts } from './texts.ts'

const VIEWS = [
  ['groups', '/queue'],
  ['messages', '/queue/messages'],
  ['holds', '/queue/holds'],
  ['destinations', '/queue/destinations'],
] as const

const useStyles = makeStyles({
  views: {
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    overflowX: 'auto',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
})

export function QueueFrame({
  view,
  children,
}: {
  readonly view: (typeof VIEWS)[number][0]
  readonly children: ReactNode
}) {
  const t = useTexts(queueTexts)
  const styles = useStyles()
  const entry = useEntryStyles()
  return (
    <Page title={view === 'groups' ? t.title : `${t.title}: ${t.views[view]}`}>
      <nav aria-label={t.title} className={styles.views}>
        {VIEWS.map(([name, to]) => (
          <NavLink key={name} to={to} end className={entry}>
            {t.views[name]}
          </NavLink>
        ))}
      </nav>
      {children}
    </Page>
  )
}
