// The page of one resource, resource group or subscription: what it is, and its blades at the side, as in Azure's portal.

import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Caption1,
  makeStyles,
  Spinner,
  Title2,
  tokens,
} from '@fluentui/react-components'
import { type ComponentType, Fragment, lazy, Suspense, useEffect, useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { areas, type Blade, type BladeProps } from '../areas.ts'
import { NoPage } from '../shell/no-page.tsx'
import { useEntryStyles } from '../shell/entry-styles.ts'
import { useLanguage } from '../texts/language.tsx'
import { type Address, addressOf, readAddress, TYPE_NAMES, typeOf } from './resource-id.ts'
import { ScopeName, useScopeName } from './scope-name.tsx'

const NARROW = '@media (max-width: 900px)'

const useStyles = makeStyles({
  page: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalM, minWidth: 0 },
  body: {
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    gap: tokens.spacingHorizontalXXL,
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  title: { overflowWrap: 'anywhere' },
  trail: { '& ol': { flexWrap: 'wrap' } },
  blades: {
    display: 'flex',
    minWidth: '200px',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
    [NARROW]: { flexDirection: 'row', overflowX: 'auto', minWidth: 0 },
  },
})

/** Where the blades stand in a row, the open one may be beyond its end. */
const scrollTo = (entry: HTMLElement | null) => entry?.scrollIntoView({ block: 'nearest', inline: 'nearest' })

const bladesOf = (type: string): readonly Blade[] =>
  areas.flatMap(({ blades = [] }) => blades).filter(({ types }) => types.includes(type))

export function ResourcePage() {
  const address = readAddress(useParams()['*'] ?? '')
  return address === undefined ? <NoPage /> : <PageOf {...address} />
}

function PageOf({ id, blade }: Address) {
  const styles = useStyles()
  const entry = useEntryStyles()
  const { language } = useLanguage()
  const type = typeOf(id)
  const blades = bladesOf(type)
  const open = blades.find(({ name }) => name === (blade ?? blades[0]?.name))
  const name = useScopeName(id)
  useEffect(() => {
    document.title = `${name} - ${open?.texts[language].title ?? ''} - Postern`
  }, [name, open, language])
  if (open === undefined) return <NoPage />
  return (
    <div className={styles.page}>
      <Ancestors id={id} />
      <div>
        <Title2 as="h1" className={styles.title}>
          {name}
        </Title2>{' '}
        <Caption1>{TYPE_NAMES[type]?.[language]}</Caption1>
      </div>
      <div className={styles.body}>
        <nav aria-label={name} className={styles.blades}>
          {blades.map(({ name: bladeName, icon: Icon, texts }) => (
            <Link
              key={bladeName}
              to={addressOf(id, bladeName)}
              className={entry}
              {...(bladeName === open.name && { 'aria-current': 'page', ref: scrollTo })}
            >
              <Icon />
              {texts[language].title}
            </Link>
          ))}
        </nav>
        <LoadedBlade key={`${open.name} ${id}`} blade={open} id={id} type={type} />
      </div>
    </div>
  )
}

function LoadedBlade({ blade, ...props }: BladeProps & { readonly blade: Blade }) {
  const Content: ComponentType<BladeProps> = useMemo(() => lazy(async () => ({ default: await blade.load() })), [blade])
  return (
    <Suspense fallback={<Spinner />}>
      <Content {...props} />
    </Suspense>
  )
}

/** Subscription, resource group, and the resources that it is below. */
function Ancestors({ id }: { readonly id: string }) {
  const styles = useStyles()
  const ancestors = ancestorsOf(id)
  return (
    <Breadcrumb size="small" className={styles.trail}>
      {ancestors.map((ancestor) => (
        <Fragment key={ancestor}>
          <BreadcrumbItem>
            <Link to={addressOf(ancestor)}>
              <ScopeName id={ancestor} />
            </Link>
          </BreadcrumbItem>
          <BreadcrumbDivider />
        </Fragment>
      ))}
    </Breadcrumb>
  )
}

function ancestorsOf(id: string): string[] {
  const parts = id.split('/')
  const ends = [3, 5, 9].filter((end) => end < parts.length)
  return ends.map((end) => parts.slice(0, end).join('/'))
}
