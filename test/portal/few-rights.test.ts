// What the portal shows to people who may do little: without any role how to get one, with a role on part of it what they lack, in quiet
// words and not as a fault.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { READER } from '../../src/access/built-in-roles.ts'
import { makePerson } from './people.ts'
import { startPortalRig, submitPassword } from './portal-rig.ts'

const rig = await startPortalRig({ after })
const { service } = rig
const { portal, communicationServiceId, subscriptionId } = service.quickstart
const NO_RIGHT = /status of 403/

const WORDS = {
  en: {
    menu: 'Menu',
    title: 'You have no role yet',
    lacking: 'You may not do or see this.',
    needs: /Postern\.Mail\/captures\/read in the whole tenant/,
  },
  de: {
    menu: 'Menü',
    title: 'Sie haben noch keine Rolle',
    lacking: 'Dazu fehlt Ihnen die Berechtigung.',
    needs: /Postern\.Mail\/captures\/read im gesamten Mandanten/,
  },
} as const

for (const language of ['en', 'de'] as const)
  test(`whoever has no role is told how to get one, ${language}`, async (context) => {
    const words = WORDS[language]
    const person = await makePerson(service, 'Nora')
    const { page, expect, goTo } = await rig.visit(context, { language })
    expect(NO_RIGHT)
    await page.goto(portal.url)
    await submitPassword(page, language, person)
    await page.getByRole('heading', { name: words.title }).waitFor()
    assert.equal(await page.locator(`input[value="${person.userName}"]`).count(), 1)
    assert.equal(await page.locator(`input[value="${person.id}"]`).count(), 1)
    assert.equal(await page.getByRole('main').getByText('Postern.Mail/').count(), 0)
    await goTo('/captures')
    await page.getByText(words.lacking).waitFor()
    await page.getByText(words.needs).waitFor()
    assert.equal(await page.getByText('does not have authorization').count(), 0)
  })

test('a reader sees user names without being asked what they may not see', async (context) => {
  const person = await makePerson(service, 'Rita')
  await assign(`/subscriptions/${subscriptionId}`, person.id)
  const { page, expect, goTo, settled } = await rig.visit(context)
  expect(NO_RIGHT)
  await page.goto(portal.url)
  await submitPassword(page, 'en', person)
  await page.getByRole('heading', { name: 'Resources' }).waitFor()
  let diagnoses = 0
  page.on('request', (request) => (diagnoses += request.url().includes('diagnoseLogin') ? 1 : 0))
  await goTo(`/resource${communicationServiceId}/~/smtp-usernames`)
  await page.getByRole('img', { name: 'Not for you to see: You need Postern.Mail/decisions/read here.' }).waitFor()
  await settled()
  assert.equal(diagnoses, 0)
  await goTo(`/resource${communicationServiceId}/~/overview`)
  const steps = page.getByRole('region', { name: 'First steps' }).getByRole('listitem')
  await steps.filter({ hasText: 'An application has a role here' }).getByText('Done').waitFor()
  await steps.filter({ hasText: 'client secret' }).getByText('Not visible to you').waitFor()
})

async function assign(scope: string, principalId: string): Promise<void> {
  const path = `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=2022-04-01`
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${READER.name}`
  const properties = { roleDefinitionId, principalId, principalType: 'User' }
  const { status, json } = await service.api('PUT', path, { properties })
  assert.equal(status, 201, JSON.stringify(json))
}

test('what somebody may not see still has a heading, and keys are refused once', async (context) => {
  const person = await makePerson(service, 'Rita')
  await assign(`/subscriptions/${subscriptionId}`, person.id)
  const { page, expect, goTo, settled } = await rig.visit(context)
  expect(NO_RIGHT)
  await page.goto(portal.url)
  await submitPassword(page, 'en', person)
  await page.getByRole('heading', { name: 'Resources' }).waitFor()
  for (const [path, title] of [
    [`/applications/${service.quickstart.application.applicationId}`, 'App registrations'],
    [`/groups/${person.id}`, 'Groups'],
    [`/users/${person.id}`, 'Users'],
  ] as const) {
    await goTo(path)
    await page.getByText(WORDS.en.lacking).waitFor()
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  }
  await goTo(`/resource${communicationServiceId}/~/keys`)
  await page.getByText('You need Microsoft.Communication/CommunicationServices/ListKeys/action here.').waitFor()
  await settled()
  assert.equal(await page.getByText(WORDS.en.lacking).count(), 0)
})

test('a portal that was updated meanwhile says so', async (context) => {
  const { page, signIn, goTo, expect } = await rig.visit(context)
  expect(/status of 404|dynamically imported module/)
  await signIn()
  await page.getByRole('heading', { name: 'Resources' }).waitFor()
  await page.route('**/portal/assets/*.js', (route) => route.fulfill({ status: 404 }))
  await goTo('/audit')
  await page.getByRole('heading', { name: 'The portal was updated' }).waitFor()
  await page.unroute('**/portal/assets/*.js')
  await page.getByRole('button', { name: 'Load the page again' }).click()
  await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor()
})
