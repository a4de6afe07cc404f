// Signing in and out as people do it, in their browser: what they see when it goes well, and when it does not.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePerson, resetPassword } from './people.ts'
import { startPortalRig, submitPassword } from './portal-rig.ts'

const rig = await startPortalRig({ after })
const { service } = rig
const { portal, tenantId } = service.quickstart
const SIGN_IN_PAGE = new RegExp(`/${tenantId}/oauth2/v2\\.0/authorize`)
const HEADINGS = { en: 'Messages', de: 'Nachrichten' } as const
const REFUSED = /status of 401/
/** Of who holds no role. */
const NO_RIGHT = /status of 403/

for (const language of ['en', 'de'] as const)
  test(`signs in where the link leads, ${language}`, async (context) => {
    const { page, signIn } = await rig.visit(context, { language })
    await signIn('messages?status=delivered')
    assert.equal(page.url(), new URL('messages?status=delivered', portal.url).href)
    await page.getByRole('heading', { name: HEADINGS[language], level: 1 }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), language)
    await page.getByRole('button', { name: 'Administrator' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: HEADINGS[language], level: 1 }).waitFor()
    assert.equal(page.url(), new URL('messages?status=delivered', portal.url).href)
    assert.doesNotMatch(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'), /eyJ/)
  })

test('a wrong password is told, and the right one still works', async (context) => {
  const { page, expect } = await rig.visit(context)
  expect(REFUSED)
  await page.goto(portal.url)
  await submitPassword(page, 'en', { ...portal, password: 'obviously wrong' })
  await page.getByRole('alert').getByText('The user name or password is wrong.').waitFor()
  await submitPassword(page, 'en', portal)
  await page.getByRole('navigation', { name: 'Menu' }).waitFor()
})

test('a password that somebody else gave is changed first', async (context) => {
  const person = await makePerson(service, 'Robin', { mustChange: true })
  const { page, expect } = await rig.visit(context)
  expect(NO_RIGHT)
  await page.goto(portal.url)
  await submitPassword(page, 'en', person)
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
  for (const again of ['another one of mine', 'a password of mine']) {
    await page.getByLabel('New password', { exact: true }).fill('a password of mine')
    await page.getByLabel('New password again').fill(again)
    await page.getByRole('button', { name: 'Change password' }).click()
    if (again !== 'a password of mine') await page.getByText('The two new passwords are not the same.').waitFor()
  }
  await page.getByRole('button', { name: 'Account of Robin' }).waitFor()
})

test('signing out ends the session in every tab', async (context) => {
  const { page, signIn, expect } = await rig.visit(context)
  expect(REFUSED)
  await signIn()
  const other = await page.context().newPage()
  await other.goto(portal.url)
  await other.getByRole('navigation', { name: 'Menu' }).waitFor()
  await page.getByRole('button', { name: 'Account of Administrator' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByText('You are signed out.').waitFor()
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.getByLabel('User name').waitFor()
  assert.match(other.url(), SIGN_IN_PAGE)
  await page.getByRole('link', { name: 'Back to the portal' }).click()
  await page.getByLabel('User name').waitFor()
})

test('a password that is changed elsewhere ends the session, and signing in leads back', async (context) => {
  const person = await makePerson(service, 'Kim')
  const { page, expect } = await rig.visit(context)
  expect(REFUSED)
  expect(NO_RIGHT)
  await page.goto(portal.url)
  await submitPassword(page, 'en', person)
  await page.getByRole('navigation', { name: 'Menu' }).waitFor()
  await resetPassword(service, person, 'another password of theirs')
  await page.getByRole('link', { name: 'Messages' }).click()
  await page.waitForURL(SIGN_IN_PAGE)
  await submitPassword(page, 'en', { ...person, password: 'another password of theirs' })
  await page.getByRole('heading', { name: 'Messages', exact: true }).waitFor()
})
