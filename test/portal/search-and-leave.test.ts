// Who types into a search and goes elsewhere at once is not called back by it, however long the next page takes to come.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startPortalRig } from './portal-rig.ts'

const rig = await startPortalRig({ after })

test('a search that was typed and left', async (context) => {
  const { page, signIn, goTo, settled } = await rig.visit(context)
  await signIn('applications')
  const box = page.getByRole('search').getByRole('searchbox')
  await box.waitFor()
  await settled()
  await page.clock.install()
  const held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  await page.route('**/assets/*.js', async (route) => {
    asked.resolve()
    await held.promise
    await route.continue()
  })
  await box.fill('scanner')
  await goTo('/users')
  await asked.promise
  await page.clock.runFor(5000)
  held.resolve()
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/portal/users')
})
