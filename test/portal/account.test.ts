// My account: a passkey that is added there is asked for at the next sign-in, by a real browser with an authenticator of its own; and a
// password that is changed there is the one that counts.

import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { makePerson } from './people.ts'
import { startPortalRig, submitPassword } from './portal-rig.ts'

const rig = await startPortalRig({ after })
const { service } = rig
const { portal } = service.quickstart

/** In the browser, as a security key with a fingerprint: it says yes when it is asked. */
async function plugInAuthenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

test('a passkey is added, asked for at the next sign-in, and removed', async (context) => {
  const person = await makePerson(service, 'Robin')
  const { page, expect } = await rig.visit(context)
  expect(/status of 40[13]/)
  await plugInAuthenticator(page)
  await page.goto(new URL('account', portal.url).href)
  await submitPassword(page, 'en', person)
  await page.getByRole('button', { name: 'Add passkey' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Blue key')
  await dialog.getByRole('button', { name: 'Add passkey' }).click()
  await page.getByRole('table').getByText('Blue key').waitFor()
  await page.getByRole('button', { name: 'Account of Robin' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.goto(new URL('account', portal.url).href)
  await submitPassword(page, 'en', person)
  await page.getByRole('heading', { name: 'Confirm with your passkey' }).waitFor()
  await page.getByRole('button', { name: 'Use passkey' }).click()
  await page.getByRole('table').getByText('Blue key').waitFor()
  await page.getByRole('button', { name: /Blue key/ }).click()
  await page.getByRole('alertdialog').getByRole('button').first().click()
  await page.getByRole('table').getByText('Blue key').waitFor({ state: 'detached' })
})

test('whoever signed in long ago signs in again before passkeys are changed', async (context) => {
  const person = await makePerson(service, 'Alex')
  const { page, expect } = await rig.visit(context)
  expect(/status of 40[13]/)
  await plugInAuthenticator(page)
  const tooOld = { error: { code: 'Request_SignInTooOld', message: 'Sign in again first.' } }
  await page.route('**/fido2Methods/creationOptions', (route) => route.fulfill({ status: 403, json: tooOld }))
  await page.goto(new URL('account', portal.url).href)
  await submitPassword(page, 'en', person)
  await page.getByRole('button', { name: 'Add passkey' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Blue key')
  await dialog.getByRole('button', { name: 'Add passkey' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('Passkeys are changed within 15 minutes of signing in.').waitFor()
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.waitForURL(/\/authorize/)
  await submitPassword(page, 'en', person)
  await page.getByRole('heading', { name: 'My account', level: 1 }).waitFor()
})

test('a password is changed, and whoever changed it signs in with the new one', async (context) => {
  const person = await makePerson(service, 'Kim')
  const { page, expect } = await rig.visit(context)
  expect(/status of 40[013]/)
  await page.goto(new URL('account', portal.url).href)
  await submitPassword(page, 'en', person)
  await page.getByRole('button', { name: 'Change password' }).click()
  const change = async (current: string) => {
    await page.getByLabel('Current password').fill(current)
    await page.getByLabel(/^New password(?! again)/).fill('another password of mine')
    await page.getByLabel('New password again').fill('another password of mine')
    await page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click()
  }
  await change('obviously wrong')
  await page.getByText('The password in currentPassword is wrong.').waitFor()
  await change(person.password)
  await submitPassword(page, 'en', { ...person, password: 'another password of mine' })
  await page.getByRole('heading', { name: 'My account', level: 1 }).waitFor()
})
