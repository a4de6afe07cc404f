// Every place of the portal in both colours, on a wide screen and on a telephone: axe finds nothing serious or critical, there is one
// heading above all others, the page never scrolls sideways, and nothing goes wrong.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, test } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { findExamples, LOCAL_NETWORKS } from './examples.ts'
import { listPlaces } from './places.ts'
import { startPortalRig } from './portal-rig.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Colours are the same in every language, and the only thing that another theme changes. */
const IS_DARK_TOO = { en: true, de: false }
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']
/**
 * Fluent UI keeps the Tab key within groups by empty elements that pass the focus on as soon as they get it. Nobody ever stands on one, so
 * that it does not matter that they are hidden; axe cannot know.
 */
const FOCUS_MARK = '[data-tabster-dummy]'

const rig = await startPortalRig({ after }, { variables: LOCAL_NETWORKS })
const places = await listPlaces(rig.service, await findExamples({ after }, rig.service))

for (const language of ['en', 'de'] as const)
  test(`every place can be used by everybody, ${language}`, async (context) => {
    const { page, signIn, goTo, settled, takeFaults } = await rig.visit(context, { language })
    await signIn()
    await page.evaluate(AXE)
    for (const { name, path } of places)
      await context.test(name, async () => {
        await goTo(path)
        await settled()
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, 'one heading above all others')
        assert.deepEqual(await findViolations(page), [])
        if (IS_DARK_TOO[language]) await assertFineInTheDark(page)
        await assertFits(page)
        assert.deepEqual(takeFaults(), [])
      })
  })

test('signing in can be done by everybody', async (context) => {
  const { page } = await rig.visit(context)
  await page.goto(rig.service.quickstart.portal.url)
  await page.getByLabel('Password').waitFor()
  await page.evaluate(AXE)
  assert.deepEqual(await findViolations(page), [])
  await assertFineInTheDark(page)
})

/** What axe calls serious or critical: the rule, and where. Of all rules, or of those that are named. A colour that still changes is none. */
async function findViolations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await painted(page)
  const what = JSON.stringify({ exclude: [FOCUS_MARK] })
  const how = JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${what}, ${how})`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`))
}

async function assertFineInTheDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' })
  assert.deepEqual(await findViolations(page, COLOUR_RULES), [], 'dark')
  await page.emulateMedia({ colorScheme: 'light' })
}

/** What follows a look at the page asks the service for nothing: the second frame shows it, but for what changes step by step. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
    Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)))`)
}

async function assertFits(page: Page): Promise<void> {
  const before = page.viewportSize() ?? { width: 1280, height: 900 }
  for (const width of [390, 1280]) {
    await page.setViewportSize({ ...before, width })
    await painted(page)
    const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth')
    assert.ok(scrolled <= width, `at ${width} pixels the page is ${scrolled} wide`)
  }
}
