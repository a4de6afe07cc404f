// `npm run screenshots`: the main pages of the portal as docs/portal.md shows them, from a quickstart in which a few devices have sent and
// one has failed to. English, light, 1280 pixels wide.

import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { type QuickstartService, startIn } from '../test/fixtures/quickstart-service.ts'
import { launchChromium } from '../test/portal/chromium.ts'
import { queueIdOf, quickstartLogin, sendMail } from '../test/portal/sending.ts'

const IMAGES = join(import.meta.dirname, '..', 'docs', 'images')
const VIEW = { width: 1280, height: 860 }

const RECEIPT = `Subject: Your receipt
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<body style="font-family: sans-serif"><h1 style="color: #0f6cbd">Thank you</h1><p>Your order 4711 is on its way.</p>
<img src="https://shop.example.test/pixel.gif" alt=""><p><a href="https://shop.example.test/orders/4711">Show the order</a></p></body>`

type Picture = { readonly name: string; readonly path: string; readonly prepare?: (page: Page) => Promise<void> }

const directory = mkdtempSync(join(tmpdir(), 'postern-screenshots-'))
const service = await startIn(directory)
try {
  mkdirSync(IMAGES, { recursive: true })
  const pictures = await listPictures(service)
  const browser = await launchChromium(service.quickstart.portal.url)
  const page = await browser.newPage({ viewport: VIEW, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' })
  await signIn(page)
  for (const picture of pictures) await take(page, picture)
  await browser.close()
} finally {
  await service.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function listPictures(service: QuickstartService): Promise<readonly Picture[]> {
  const { communicationServiceId, subscriptionId, resourceGroup, emailService, application } = service.quickstart
  const email = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Communication/emailServices/${emailService}`
  const domain = `${email}/domains/mail.contoso.example`
  const properties = { domainManagement: 'CustomerManaged' }
  await service.api('PUT', `${domain}?api-version=2025-05-01`, { location: 'global', properties })
  const { messageId, reference } = await makeMail(service)
  const open = (name: string, path: string, prepare?: Picture['prepare']) => ({
    name,
    path,
    ...(prepare && { prepare }),
  })
  const blade = (id: string, name: string) => `resource${id}/~/${name}`
  return [
    open('home', ''),
    open('set-up-a-device', 'start'),
    open('clone-a-role', `${blade(communicationServiceId, 'iam')}?tab=roles`, async (page) => {
      await page.getByRole('searchbox', { name: 'Search by role name' }).fill('Reader')
      await page.getByRole('row', { name: /^Contributor/ }).waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Actions for Reader', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Clone' }).waitFor()
    }),
    open('add-permissions', `${blade(communicationServiceId, 'iam')}?tab=roles&add=role`, async (page) => {
      await page.getByRole('tab', { name: 'Permissions' }).click()
      await page.getByRole('button', { name: 'Add permissions' }).click()
      await page.getByRole('searchbox', { name: 'Search for a permission' }).fill('Microsoft.Communication')
      await page.getByRole('button', { name: 'Azure Communication Services' }).click()
    }),
    open('role-assignments', `${blade(communicationServiceId, 'iam')}?tab=assignments`),
    open('smtp-settings', blade(communicationServiceId, 'smtp-settings')),
    open('domain', blade(domain, 'overview')),
    open('secrets', `applications/${application.applicationId}/credentials`),
    open('messages', 'messages'),
    open('timeline', `messages/${messageId}`, (page) => page.evaluate('scrollTo(0, document.body.scrollHeight)')),
    open('capture', `captures/${messageId}`),
    open('failed-login', `failed-logins/${reference}`),
    open('audit-log', 'audit'),
  ]
}

async function makeMail(service: QuickstartService): Promise<{ messageId: string; reference: string }> {
  const login = quickstartLogin(service)
  const subjects = [
    'Invoice 2026-118',
    'Nightly backup finished',
    'Scan from copier, second floor',
    'Paper is low',
    'Invoice 2026-119',
  ]
  for (const [index, subject] of subjects.entries())
    await sendMail(service, login, `Subject: ${subject}\n\nHello`, `reader-${index}@recipient.example.test`)
  const messageId = queueIdOf(await sendMail(service, login, RECEIPT, 'customer@recipient.example.test'))
  const refusal = await sendMail(service, { ...login, password: 'obviously-wrong' }, '')
  await service.arrived('Your receipt')
  return { messageId, reference: /\[(\w{10})\]/.exec(refusal)?.[1] ?? '' }
}

async function signIn(page: Page): Promise<void> {
  const { portal } = service.quickstart
  await page.goto(portal.url)
  await page.getByLabel('User name').fill(portal.userName)
  await page.getByLabel('Password').fill(portal.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Menu' }).waitFor()
}

async function take(page: Page, { name, path, prepare }: Picture): Promise<void> {
  await page.goto(new URL(path, service.quickstart.portal.url).href)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
  await prepare?.(page)
  await page.waitForLoadState('networkidle')
  const file = join(IMAGES, `${name}.png`)
  await page.screenshot({ path: file, caret: 'hide' })
  process.stdout.write(`${file} ${Math.round(statSync(file).size / 1000)} kB\n`)
}
