// What stays on every page: the bar with the language, the colours and the account, the menu at the side, and the place of the page.

import {
  Button,
  Link,
  makeStyles,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Persona,
  Spinner,
  tokens,
} from '@fluentui/react-components'
import { Suspense, useEffect, useRef } from 'react'
import { NavLink, Outlet, useMatch, useNavigate } from 'react-router'
import { goToSignOut } from '../session/oidc.ts'
import { useSession } from '../session/session-context.tsx'
import { areas, type MenuEntry } from '../areas.ts'
import { FaultBanner } from '../pages/faults/fault-banner.tsx'
import { commonTexts } from '../texts/common.ts'
import { useLanguage, useTexts } from '../texts/language.tsx'
import { LANGUAGES, type Language } from '../texts/texts.ts'
import { useEntryStyles } from './entry-styles.ts'
import { shellTexts } from './texts.ts'
import { THEMES, type ThemeName, useChosenTheme } from './theme.ts'

const NARROW = '@media (max-width: 640px)'

const useStyles = makeStyles({
  shell: {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    gridTemplateRows: 'auto 1fr',
    minHeight: '100vh',
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: 'auto auto 1fr' },
  },
  bar: {
    gridColumn: '1 / -1',
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    padding: `0 ${tokens.spacingHorizontalL}`,
    minHeight: '48px',
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
  },
  brand: {
    color: 'inherit',
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
    ':hover': { color: 'inherit' },
  },
  account: { color: 'inherit', ':hover': { color: 'inherit' } },
  menu: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
    padding: tokens.spacingHorizontalS,
    minWidth: '200px',
    backgroundColor: tokens.colorNeutralBackground2,
    [NARROW]: { flexDirection: 'row', overflowX: 'auto' },
  },
  page: { padding: tokens.spacingHorizontalXXL, minWidth: 0, [NARROW]: { padding: tokens.spacingHorizontalM } },
  skip: {
    position: 'absolute',
    left: '-9999px',
    ':focus': {
      left: tokens.spacingHorizontalL,
      top: tokens.spacingVerticalS,
      zIndex: 1,
      padding: tokens.spacingHorizontalS,
      backgroundColor: tokens.colorNeutralBackground1,
    },
  },
})

export function Shell() {
  const t = useTexts(shellTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <div className={styles.shell}>
      <Link href="#content" className={styles.skip}>
        {t.skip}
      </Link>
      <header className={styles.bar}>
        <NavLink to="/" className={styles.brand}>
          {t.portal}
        </NavLink>
        <AccountMenu />
      </header>
      <nav aria-label={t.menu} className={styles.menu}>
        {areas
          .flatMap(({ menu = [] }) => menu)
          .map((one) => (
            <Entry key={one.to} entry={one} />
          ))}
      </nav>
      <main id="content" tabIndex={-1} className={styles.page}>
        <FaultBanner />
        <Suspense fallback={<Spinner label={common.loading} />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  )
}

function Entry({ entry: { to, icon: Icon, texts, useIsShown = useAlways } }: { readonly entry: MenuEntry }) {
  const { language } = useLanguage()
  const style = useEntryStyles()
  const link = useRef<HTMLAnchorElement>(null)
  const isHere = useMatch({ path: to, end: to === '/' }) !== null
  // Where the menu is a row, the open one may be beyond its end.
  useEffect(() => {
    if (isHere) link.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isHere])
  if (!useIsShown()) return null
  return (
    <NavLink ref={link} to={to} end={to === '/'} className={style}>
      <Icon />
      {texts[language].title}
    </NavLink>
  )
}

const useAlways = (): boolean => true

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' }

function AccountMenu() {
  const t = useTexts(shellTexts)
  const { language, choose } = useLanguage()
  const styles = useStyles()
  const session = useSession()
  const navigate = useNavigate()
  const theme = useChosenTheme()
  const checked = { language: [language], theme: [theme.name] }
  return (
    <Menu
      checkedValues={checked}
      onCheckedValueChange={(_event, { name, checkedItems: [value] }) => {
        if (name === 'language') choose(value as Language)
        else theme.choose(value as ThemeName)
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="transparent" className={styles.account} aria-label={t.account(session.name)}>
          {session.name}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <Persona name={session.name} secondaryText={session.userName} style={{ padding: tokens.spacingHorizontalS }} />
        <MenuList>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t.language}</MenuGroupHeader>
            {LANGUAGES.map((one) => (
              <MenuItemRadio key={one} name="language" value={one} lang={one}>
                {LANGUAGE_NAMES[one]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuGroup>
            <MenuGroupHeader>{t.theme}</MenuGroupHeader>
            {THEMES.map((name) => (
              <MenuItemRadio key={name} name="theme" value={name}>
                {t.themes[name]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem onClick={() => void navigate('/account')}>{t.myAccount}</MenuItem>
          <MenuItem onClick={() => goToSignOut(session.tenantId, language)}>{t.signOut}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
