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
/** Colours are the same in every language. */
const THEMES = { en: ['light', 'dark'], de: ['light'] } as const
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
        for (const theme of THEMES[language]) {
          await page.emulateMedia({ colorScheme: theme })
          await settled()
          assert.deepEqual(await findViolations(page), [], theme)
        }
        await assertFits(page, settled)
        assert.deepEqual(takeFaults(), [])
      })
  })

test('signing in can be done by everybody', async (context) => {
  const { page } = await rig.visit(context)
  await page.goto(rig.service.quickstart.portal.url)
  await page.getByLabel('Password').waitFor()
  await page.evaluate(AXE)
  for (const theme of THEMES.en) {
    await page.emulateMedia({ colorScheme: theme })
    assert.deepEqual(await findViolations(page), [], theme)
  }
})

/** What axe calls serious or critical: the rule, and where. */
async function findViolations(page: Page): Promise<readonly string[]> {
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ exclude: [${JSON.stringify(FOCUS_MARK)}] })`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`))
}

async function assertFits(page: Page, settled: () => Promise<void>): Promise<void> {
  const before = page.viewportSize() ?? { width: 1280, height: 900 }
  for (const width of [390, 1280]) {
    await page.setViewportSize({ ...before, width })
    await settled()
    const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth')
    assert.ok(scrolled <= width, `at ${width} pixels the page is ${scrolled} wide`)
  }
}
