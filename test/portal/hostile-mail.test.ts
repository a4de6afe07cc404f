// Messages that mean harm, sent as any other and looked at by somebody who may look: in the lists, on the page of the message, and in the
// capture inbox with every part. Nothing runs, nothing is loaded, nothing leads anywhere, and what is deceptive is shown as what it is. What
// leaves the origin or breaks the policy fails every test here by itself.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type HostileMessage, hostileMessages } from './hostile-messages.ts'
import { startPortalRig, type Visit } from './portal-rig.ts'
import { queueIdOf, quickstartLogin, sendMail } from './sending.ts'

const rig = await startPortalRig({ after })
const { service } = rig

test('messages that mean harm show harmlessly', async (context) => {
  const visit = await rig.visit(context)
  await visit.signIn()
  for (const message of hostileMessages)
    await context.test(message.name, async () => {
      const reply = await sendMail(service, quickstartLogin(service), message.source)
      assert.match(reply, /^250 /)
      await look(visit, message, queueIdOf(reply))
      assert.deepEqual(visit.takeFaults(), [])
    })
  await visit.goTo('/captures')
  await visit.settled()
  await assertHarmless(visit.page, [])
})

async function look(visit: Visit, message: HostileMessage, id: string): Promise<void> {
  const { page, goTo, settled } = visit
  const { shown, absent = [] } = message
  await goTo('/messages')
  await settled()
  await goTo(`/messages/${id}`)
  await settled()
  await assertHarmless(page, absent)
  await goTo(`/captures/${id}`)
  await settled()
  const seen = [await page.getByRole('main').innerText()]
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click()
    await settled()
    const isSource = (await tab.innerText()) === 'Source'
    await assertHarmless(page, isSource ? [] : absent)
    seen.push(await page.getByRole('main').innerText())
  }
  for (const text of shown) assert.ok(seen.join('\n').includes(text), `${text} is shown`)
}

/** The page is still ours, fits, and holds nothing of the message but text and frames that can do nothing. */
async function assertHarmless(page: Page, absent: readonly string[]): Promise<void> {
  const title = await page.title()
  assert.ok(title.endsWith(' - Postern'), title)
  assert.equal(await page.locator('main :is(script, object, embed, form[action])').count(), 0)
  for (const frame of await page.locator('iframe').all()) assert.equal(await frame.getAttribute('sandbox'), '')
  const text = await page.getByRole('main').innerText()
  for (const harm of absent) assert.ok(!text.includes(harm), `${JSON.stringify(harm)} is on the page`)
  const width = await page.evaluate<number>('document.documentElement.scrollWidth')
  assert.ok(width <= 1280, `the page is ${width} pixels wide`)
}
