// A whole service and a browser before it, as a person has them. What nobody should ever see fails the test that it happens in: an error
// on the console, one that nobody caught, a request to anywhere else, something that the content security policy had to stop.

import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Config } from '../../src/config/schema.ts'
import {
  type Cleanup,
  type Quickstart,
  type QuickstartService,
  startIn,
  temporaryDirectory,
} from '../fixtures/quickstart-service.ts'
import { eventually } from '../fixtures/eventually.ts'
import { launchChromium } from './chromium.ts'

export type Language = 'en' | 'de'

export type Look = {
  readonly language?: Language
  readonly theme?: 'light' | 'dark'
  readonly width?: number
}

export type Visit = {
  readonly page: Page
  /** What is told on the console and fits is no fault: a refusal that the test asks for, for example. */
  expect(words: RegExp): void
  /** As the portal's user, from the portal's address or one below it; ends where the menu is seen. */
  signIn(path?: string): Promise<void>
  /** Within the portal, without loading it anew. */
  goTo(path: string): Promise<void>
  /** What went wrong since the last time, or ever; when the test ends there must be nothing left. */
  takeFaults(): readonly string[]
  /** Nothing is under way any more: no request, no spinner. */
  settled(): Promise<void>
}

export type PortalRig = {
  readonly service: QuickstartService
  readonly browser: Browser
  /** A browser that was never here, closed and examined when the test ends. */
  visit(test: TestContext, look?: Look): Promise<Visit>
}

export const WORDS = {
  en: { userName: 'User name', password: 'Password', signIn: 'Sign in', menu: 'Menu' },
  de: { userName: 'Benutzername', password: 'Kennwort', signIn: 'Anmelden', menu: 'Menü' },
} as const

const LOCALES = { en: 'en-GB', de: 'de-DE' } as const
/** Milliseconds; the machine may be busy with other tests. */
const PATIENCE = 20_000

/** `variables` and `adjust` are for the service, as in `startIn`; `prepare` finds its store made, and the service stopped. */
export async function startPortalRig(
  context: Cleanup,
  given: {
    readonly variables?: Readonly<Record<string, string>>
    readonly adjust?: (config: Config) => Config
    readonly prepare?: (directory: string, quickstart: Quickstart) => void
  } = {},
): Promise<PortalRig> {
  const directory = temporaryDirectory(context)
  if (given.prepare !== undefined) {
    const first = await startIn(directory, given.variables, given.adjust)
    await first.stop()
    given.prepare(directory, first.quickstart)
  }
  const service = await startIn(directory, given.variables, given.adjust)
  context.after(() => service.stop())
  const browser = await launchChromium(service.quickstart.portal.url)
  context.after(() => browser.close())
  return { service, browser, visit: (test, look = {}) => visit({ service, browser, test }, look) }
}

type Surroundings = { readonly service: QuickstartService; readonly browser: Browser; readonly test: TestContext }

async function visit({ service, browser, test }: Surroundings, look: Look): Promise<Visit> {
  const { language = 'en', theme = 'light', width = 1280 } = look
  const context = await browser.newContext({
    locale: LOCALES[language],
    colorScheme: theme,
    // Colours are measured as they are in the end.
    reducedMotion: 'reduce',
    viewport: { width, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    timezoneId: 'Europe/Berlin',
  })
  context.setDefaultTimeout(PATIENCE)
  const faults: string[] = []
  const expected: RegExp[] = []
  const { portal } = service.quickstart
  await context.addInitScript(TELL_VIOLATIONS)
  context.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text()))
      faults.push(`console: ${message.text()} (${message.location().url}, on ${message.page()?.url() ?? ''})`)
  })
  context.on('weberror', (error) => faults.push(`page: ${error.error().message}`))
  context.on('request', (request) => {
    if (!isAtHome(request.url(), new URL(portal.url).origin)) faults.push(`request: ${request.url()}`)
  })
  const page = await context.newPage()
  const settled = watchRequests(page)
  test.after(async () => {
    if (!test.passed) await takePicture(test, page)
    await context.close()
    assert.deepEqual(takeFaults(), [])
  })
  const takeFaults = () => faults.splice(0).filter((fault) => !expected.some((words) => words.test(fault)))
  return {
    page,
    expect: (words) => void expected.push(words),
    async signIn(path = '') {
      await page.goto(new URL(path, portal.url).href)
      await submitPassword(page, language, portal)
      await page.getByRole('navigation', { name: WORDS[language].menu }).waitFor()
    },
    goTo: (path) => goTo(page, path),
    takeFaults,
    settled,
  }
}

/** Milliseconds without a request after which a page has what it wants. */
const QUIET = 150

function watchRequests(page: Page): () => Promise<void> {
  let underWay = 0
  let changedAt = 0
  const count = (change: number) => () => {
    underWay += change
    changedAt = Date.now()
  }
  page.on('request', count(1))
  page.on('requestfinished', count(-1))
  page.on('requestfailed', count(-1))
  return async () => {
    changedAt = Date.now()
    await eventually(async () => {
      const isQuiet = underWay === 0 && Date.now() - changedAt > QUIET
      return isQuiet && (await page.getByRole('progressbar').count()) === 0 ? true : undefined
    }, `the end of what ${page.url()} waits for`)
  }
}

/** Of what was seen when the test failed. */
async function takePicture(test: TestContext, page: Page): Promise<void> {
  const path = join(tmpdir(), `postern-portal-${test.name.replace(/\W+/g, '-')}.png`)
  await page.screenshot({ path })
  test.diagnostic(`${page.url()} looked like ${path}`)
}

const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('Content Security Policy: ' + event.violatedDirective + ' ' + event.blockedURI))`

const isAtHome = (url: string, origin: string): boolean =>
  /^(data|blob|about):/.test(url) || new URL(url).origin === origin

/** On the page that asks for it. */
export async function submitPassword(
  page: Page,
  language: Language,
  login: { readonly userName: string; readonly password: string },
): Promise<void> {
  const words = WORDS[language]
  await page.getByLabel(words.userName).fill(login.userName)
  await page.getByLabel(words.password).fill(login.password)
  await page.getByRole('button', { name: words.signIn }).click()
}

/** As a link would: the router sees it, and nothing is loaded that is there already. */
async function goTo(page: Page, path: string): Promise<void> {
  const address = JSON.stringify(`/portal${path}`)
  await page.evaluate(
    `history.pushState(null, '', ${address}); dispatchEvent(new PopStateEvent('popstate', { state: null }))`,
  )
}
