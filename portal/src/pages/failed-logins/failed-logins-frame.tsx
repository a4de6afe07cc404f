// The frame of the two lists: what was refused, and who waits for it.

import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import { Page } from '../../parts/page.tsx'
import { useEntryStyles } from '../../shell/entry-styles.ts'
import { useTexts } from '../../texts/language.tsx'
import { failedLoginsTexts } from './texts.ts'

const useStyles = makeStyles({
  views: {
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    overflowX: 'auto',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
})

export function FailedLoginsFrame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const t = useTexts(failedLoginsTexts)
  const styles = useStyles()
  const entry = useEntryStyles()
  return (
    <Page title={title}>
      <nav aria-label={t.title} className={styles.views}>
        <NavLink to="/failed-logins" end className={entry}>
          {t.views.list}
        </NavLink>
        <NavLink to="/failed-logins/waiting" end className={entry}>
          {t.views.waiting}
        </NavLink>
      </nav>
      {children}
    </Page>
  )
}
