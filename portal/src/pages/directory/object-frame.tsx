// The page of one object of the directory: its name, its parts at the side as Azure's portal has them, and the part that is open.

import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Caption1,
  makeStyles,
  Title2,
  tokens,
} from '@fluentui/react-components'
import type { FluentIcon } from '@fluentui/react-icons'
import { type ReactNode, useEffect } from 'react'
import { Link, NavLink, useParams } from 'react-router'
import { Failure } from '../../parts/failure.tsx'
import { Page } from '../../parts/page.tsx'
import { NoPage } from '../../shell/no-page.tsx'
import { useEntryStyles } from '../../shell/entry-styles.ts'

const NARROW = '@media (max-width: 900px)'

const useStyles = makeStyles({
  page: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  title: { overflowWrap: 'anywhere' },
  body: {
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    gap: tokens.spacingHorizontalXXL,
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  parts: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
    [NARROW]: { flexDirection: 'row', overflowX: 'auto' },
  },
})

export type Part = {
  /** The last part of the address; the first one's is empty. */
  readonly name: string
  readonly icon: FluentIcon
  readonly title: string
  readonly content: ReactNode
}

export function ObjectFrame(props: {
  readonly title: string
  readonly kind: string
  /** Of the list that it is in. */
  readonly list: { readonly title: string; readonly to: string }
  readonly address: string
  readonly parts: readonly Part[]
}) {
  const { title, kind, list, address, parts } = props
  const styles = useStyles()
  const entry = useEntryStyles()
  const { part = '' } = useParams()
  const open = parts.find(({ name }) => name === part)
  useEffect(() => {
    document.title = `${title} - ${open?.title ?? ''} - Postern`
  }, [title, open?.title])
  if (open === undefined) return <NoPage />
  return (
    <div className={styles.page}>
      <Breadcrumb size="small">
        <BreadcrumbItem>
          <Link to={list.to}>{list.title}</Link>
        </BreadcrumbItem>
        <BreadcrumbDivider />
      </Breadcrumb>
      <div>
        <Title2 as="h1" className={styles.title}>
          {title}
        </Title2>{' '}
        <Caption1>{kind}</Caption1>
      </div>
      <div className={styles.body}>
        <nav aria-label={title} className={styles.parts}>
          {parts.map(({ name, icon: Icon, title: partTitle }) => (
            <NavLink key={name} to={name === '' ? address : `${address}/${name}`} end className={entry}>
              <Icon />
              {partTitle}
            </NavLink>
          ))}
        </nav>
        {open.content}
      </div>
    </div>
  )
}

/** Where the object cannot be shown. */
export function ObjectFailure(props: {
  readonly list: { readonly title: string; readonly to: string }
  readonly error: unknown
  readonly onRetry: () => void
}) {
  const { list, error, onRetry } = props
  return (
    <Page title={list.title}>
      <Link to={list.to}>{list.title}</Link>
      <Failure error={error} onRetry={onRetry} />
    </Page>
  )
}
