// What an administrator does beside the articles' walks: event subscriptions, several role assignments at once, faults for tests, and asking
// why a device may not send.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { answering, ca, openReceiver } from '../../src/events/webhook.fixture.ts'
import { LOCAL_NETWORKS } from './examples.ts'
import { startPortalRig } from './portal-rig.ts'

const rig = await startPortalRig(
  { after },
  { variables: LOCAL_NETWORKS, adjust: (config) => ({ ...config, emulation: true }) },
)
const { api, quickstart } = rig.service
const { communicationServiceId, tenantId, roleDefinitionId } = quickstart
const resource = `/resource${communicationServiceId}/~`

type Application = { readonly name: string; readonly appId: string; readonly principalId: string }

/** With its service principal, and no secret. */
async function register(name: string): Promise<Application> {
  const { json: application } = await api('POST', '/v1.0/applications', { displayName: name })
  const { appId } = application as { readonly appId: string }
  const { status, json: principal } = await api('POST', '/v1.0/servicePrincipals', { appId })
  assert.equal(status, 201, JSON.stringify(principal))
  return { name, appId, principalId: (principal as { readonly id: string }).id }
}

async function put(path: string, properties: object): Promise<void> {
  const { status, json } = await api('PUT', path, { properties })
  assert.ok(status === 200 || status === 201, JSON.stringify(json))
}

const assign = ({ principalId }: Application) =>
  put(
    `${communicationServiceId}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=2022-04-01`,
    { roleDefinitionId, principalId, principalType: 'ServicePrincipal' },
  )

test('an event subscription is asked again, edited without its secret address, and deleted', async (context) => {
  const receiver = await openReceiver(answering(202))
  context.after(() => receiver.close())
  const path = '/providers/Postern.Mail/eventSubscriptions/monitor'
  await put(path, { endpointUrl: receiver.url, ca, headers: { authorization: 'Bearer hidden' } })
  const { page, signIn } = await rig.visit(context)
  await signIn('events/subscriptions/monitor')
  receiver.answer((response, { body }) => {
    const [event] = JSON.parse(body.toString()) as { data: { validationCode: string } }[]
    response.end(JSON.stringify({ validationResponse: event?.data.validationCode }))
  })
  await page.getByRole('button', { name: 'Send the validation again' }).click()
  await page.getByText('Validated', { exact: true }).waitFor()
  assert.equal(receiver.received.length, 2)
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('heading', { name: 'Edit monitor', level: 1 }).waitFor()
  await page.getByRole('radio', { name: 'Chosen types only' }).click()
  await page.getByRole('checkbox', { name: 'Login failed' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'monitor', level: 1, exact: true }).waitFor()
  await page.getByRole('definition').filter({ hasText: 'Login failed' }).waitFor()
  await page.getByText('authorization', { exact: true }).waitFor()
  assert.equal(receiver.received.length, 2, 'the endpoint is the same')
  await page.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText('What waits to be sent is dropped').waitFor()
  await dialog.getByRole('textbox').fill('monitor')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('monitor was deleted.').first().waitFor()
  assert.equal((await api('GET', path)).status, 404)
})

test('several role assignments are ticked and removed, and it is said who stops sending', async (context) => {
  const copiers = [await register('Copier one'), await register('Copier two')]
  for (const copier of copiers) await assign(copier)
  const { page, signIn } = await rig.visit(context)
  await signIn(`.${resource}/iam?tab=assignments`)
  const remove = page.getByRole('button', { name: 'Remove', exact: true }).first()
  await remove.waitFor()
  assert.equal(await remove.isDisabled(), true)
  for (const { name } of copiers) await page.getByRole('checkbox', { name: `Select ${name}` }).click()
  await page.getByRole('checkbox', { name: /^Select Administrator/ }).click()
  await page.getByRole('checkbox', { name: /^Select Administrator/ }).click()
  await page.getByRole('button', { name: 'Remove (2)' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText('These can send mail here now and will no longer be able to').waitFor()
  for (const { name } of copiers) await dialog.getByText(name, { exact: true }).waitFor()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('2 role assignments were removed.').first().waitFor()
  await page.getByRole('cell', { name: /^Copier one/ }).waitFor({ state: 'detached' })
  await page.getByRole('cell', { name: /^Quickstart sender/ }).waitFor()
})

test('a fault is set for an application that is chosen by its name', async (context) => {
  const { name } = await register('Copier three')
  const { page, signIn } = await rig.visit(context)
  await signIn('faults')
  await page.getByRole('button', { name: 'Set a fault' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'Application' }).pressSequentially('three')
  await page.getByRole('option', { name }).click()
  await dialog.getByRole('button', { name: 'Set a fault' }).click()
  await page.getByRole('cell', { name }).getByRole('link', { name }).waitFor()
  await page.getByRole('button', { name: 'Clear: Throttled' }).click()
  await page.getByText('No fault is in force.').waitFor()
})

test('a quota is called by what it is of, and leads to where it is set', async (context) => {
  const { name, appId } = await register('Copier four')
  await put(`/providers/Postern.Mail/applications/${appId}/quotas/default`, { limits: { messages: { day: 10 } } })
  const { page, signIn } = await rig.visit(context)
  await signIn()
  await page.getByRole('list', { name: 'Use of quotas' }).getByRole('link', { name }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await page.getByRole('textbox', { name: 'Messages per day' }).waitFor()
})

const WHY = {
  en: ['Why?', 'The application has no client secret', 'Certificates & secrets', 'What the service found'],
  de: ['Warum?', 'Die Anwendung hat weder einen geheimen', 'Zertifikate & Geheimnisse', 'Was der Dienst festgestellt'],
} as const
for (const language of ['en', 'de'] as const)
  test(`why a user name is not ready is told in the language of the page, ${language}`, async (context) => {
    const copier = await register(`Copier ${language}`)
    await assign(copier)
    const username = `why-${language}@${quickstart.domain}`
    const path = `${communicationServiceId}/smtpUsernames/why-${language}?api-version=2025-09-01`
    await put(path, { username, entraApplicationId: copier.appId, tenantId })
    const { page, signIn } = await rig.visit(context, { language })
    await signIn(`.${resource}/smtp-usernames`)
    const [why, sentence, way, details] = WHY[language]
    await page.getByRole('row', { name: username }).getByText(why).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(sentence).waitFor()
    assert.equal(await dialog.getByText('not a credential of application').isVisible(), false)
    await dialog.getByText(details).click()
    await dialog.getByText('not a credential of application').waitFor()
    await dialog.getByRole('link', { name: way }).click()
    await page.waitForURL(`**/applications/${copier.appId}/credentials`)
  })

test('a hold for an application that is not chosen yet is not set for everybody', async (context) => {
  const { name, appId } = await register('Copier five')
  const { page, signIn } = await rig.visit(context)
  await signIn('queue/holds')
  await page.getByRole('button', { name: 'Add hold' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'Application' }).pressSequentially('five')
  await page.getByRole('option', { name }).waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Continue' }).isDisabled(), true)
  await page.getByRole('option', { name }).click()
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Hold' }).click()
  await page.getByRole('cell', { name: new RegExp(`${name}|${appId}`) }).waitFor()
})

test('where there is but one subscription and one group, a new resource is there without choosing', async (context) => {
  const { page, signIn } = await rig.visit(context)
  await signIn('create/communication-service')
  const chosen = page.getByRole('combobox', { name: 'Resource group' })
  await chosen.filter({ hasText: quickstart.resourceGroup }).waitFor()
  await page.getByRole('combobox', { name: 'Subscription' }).filter({ hasText: 'Postern quickstart' }).waitFor()
})

test('a list keeps what it shows when more of it cannot be loaded', async (context) => {
  const { page, signIn, expect } = await rig.visit(context)
  expect(/status of 400/)
  const application = {
    id: randomUUID(),
    appId: randomUUID(),
    displayName: 'Copier six',
    createdDateTime: '2026-11-23T00:00:00Z',
  }
  const next = new URL('/v1.0/applications?after=none', quickstart.https.url).href
  await page.route('**/v1.0/applications*', (route) =>
    route.fulfill({ json: { value: [application], '@odata.nextLink': next } }),
  )
  const refusal = { error: { code: 'BadRequest', message: 'There is no such page.' } }
  await page.route('**/v1.0/applications?after=none', (route) => route.fulfill({ status: 400, json: refusal }))
  await signIn('applications')
  await page.getByRole('button', { name: 'Load more' }).click()
  await page.getByText('There is no such page.').waitFor()
  await page.getByRole('link', { name: 'Copier six' }).waitFor()
})

test('a moment is written as the person’s own country writes it', async (context) => {
  const { page, signIn } = await rig.visit(context)
  await signIn('audit')
  const british = /^\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d:\d\d$/
  await page.getByRole('cell', { name: british }).first().waitFor()
})
