// Signing in to the portal where the tenant has an identity provider, in a real browser: there, back, and into the portal; and what the
// pages say where it does not work.

import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { type OidcClient, startOidcServer } from '../fixtures/oidc-server.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { launchChromium } from './chromium.ts'

const service = await startIn(temporaryDirectory({ after }), { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' })
after(() => service.stop())
const { tenantId, portal } = service.quickstart
const client: OidcClient = {
  clientId: 'portal',
  secret: 'not a real secret',
  method: 'client_secret_basic',
  grant: 'authorization_code',
  redirectUri: new URL(`/${tenantId}/login/callback`, service.quickstart.https.url).href,
}
const people = { zoe: { name: 'Zoë', groups: [] } }
const oidc = await startOidcServer({ after }, [client], 'https://mail.example.test/', people)
const browser = await launchChromium(portal.url, oidc.issuer)
after(() => browser.close())

async function useProvider(signIn?: object): Promise<void> {
  const { status } = await service.api('PUT', `/providers/Postern.Mail/identityProviders/${tenantId}`, {
    properties: { provider: 'oidc', oidc: { issuer: oidc.issuer }, ca: oidc.ca, signIn },
  })
  assert.ok(status === 200 || status === 201)
}

/** Fails the test on what the browser complains about. */
async function open(context: TestContext, locale: string): Promise<Page> {
  const own = await browser.newContext({ locale })
  const page = await own.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  // What somebody without a role may not read is refused, and what is for users of the directory; the provider's pages want a font from
  // elsewhere, ours could not.
  page.on(
    'console',
    (said) =>
      said.type() === 'error' &&
      !/status of 40[0134]|NAME_NOT_RESOLVED/.test(said.text()) &&
      complaints.push(said.text()),
  )
  context.after(async () => {
    await own.close()
    assert.deepEqual(complaints, [])
  })
  return page
}

async function signInThere(page: Page): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill('zoe')
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

const languages = [
  ['en-GB', /Your identity provider may still know you/, 'Back to the portal', 'Sign out', 'Account of Zoë'],
  ['de-DE', /Ihr Identitätsanbieter kennt Sie möglicherweise noch/, 'Zurück zum Portal', 'Abmelden', 'Konto von Zoë'],
] as const
for (const [locale, note, back, signOut, account] of languages)
  test(`from the portal to the provider and back, and out again, ${locale}`, async (context) => {
    await useProvider({ clientId: client.clientId, clientSecret: client.secret })
    const page = await open(context, locale)
    await page.goto(new URL('messages', portal.url).href)
    await signInThere(page)
    await page.getByRole('button', { name: account }).waitFor()
    assert.equal(page.url(), new URL('messages', portal.url).href)
    await page.reload()
    await page.getByRole('button', { name: account }).click()
    await page.getByRole('menuitem', { name: signOut }).click()
    await page.getByText(note).waitFor()
    await page.getByRole('link', { name: back }).click()
    await page.getByRole('button', { name: account }).waitFor()
  })

test('whoever does not consent is told so, and may try again', async (context) => {
  await useProvider({ clientId: client.clientId, clientSecret: client.secret })
  const page = await open(context, 'en-GB')
  await page.goto(portal.url)
  await page.getByRole('link', { name: /Cancel/ }).click()
  await page.getByText('access_denied').waitFor()
  await page.getByRole('link', { name: 'Try again' }).click()
  await signInThere(page)
  await page.getByRole('button', { name: 'Account of Zoë' }).waitFor()
})

test('without a client there the page says how people come to sign in', async (context) => {
  await useProvider()
  const page = await open(context, 'de-DE')
  await page.goto(portal.url)
  await page.getByRole('heading', { name: 'Die Anmeldung ist noch nicht eingerichtet' }).waitFor()
  await page.getByText(client.redirectUri ?? '').waitFor()
})

const ACCOUNT = {
  'en-GB': ['My account', /with the identity provider of your organisation/, 'Change password', 'Sign out everywhere'],
  'de-DE': ['Mein Konto', /über den Identitätsanbieter Ihrer Organisation/, 'Kennwort ändern', 'Überall abmelden'],
} as const
for (const locale of ['en-GB', 'de-DE'] as const)
  test(`the account page says who somebody is, and who looks after their password, ${locale}`, async (context) => {
    await useProvider({ clientId: client.clientId, clientSecret: client.secret })
    const page = await open(context, locale)
    await page.goto(new URL('account', portal.url).href)
    await signInThere(page)
    const [title, managedThere, changePassword, everywhere] = ACCOUNT[locale]
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await page.getByText(managedThere).waitFor()
    await page.getByRole('definition').getByText('Zoë').waitFor()
    assert.equal(await page.getByRole('button', { name: changePassword }).count(), 0)
    assert.equal(await page.getByRole('alert').count(), 0)
    await page.getByRole('button', { name: everywhere }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: everywhere }).click()
    await page.waitForURL((url) => url.origin === new URL(oidc.issuer).origin)
  })
