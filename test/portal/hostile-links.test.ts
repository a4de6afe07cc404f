// Links that somebody else made, followed by who is signed in or about to sign in: they lead to a page, or to none, and do nothing by
// themselves. And what another tab, or the button that leads back, shows of who has signed out.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { isResourceId, readAddress } from '../../portal/src/resource/resource-id.ts'
import { startPortalRig, submitPassword } from './portal-rig.ts'

const rig = await startPortalRig({ after })
const { portal, tenantId, communicationServiceId } = rig.service.quickstart

/** The id in each would have a request go to the path in front of it. */
const WAYS_OUT = [
  'v1.0/me/revokeSignInSessions%3F/providers/Microsoft.Communication/communicationServices/x',
  'subscriptions/x%3F/providers/Microsoft.Communication/communicationServices/x',
  'subscriptions/%252e%252e/v1.0/me/revokeSignInSessions%23/providers/Microsoft.Communication/communicationServices/x',
  'subscriptions/..%2F..%2Fv1.0/providers/Microsoft.Communication/communicationServices/x',
]

test('an address of the portal is that of a resource, or of nothing', () => {
  assert.deepEqual(readAddress(`${communicationServiceId.slice(1)}/~/keys`), {
    id: communicationServiceId,
    blade: 'keys',
  })
  for (const id of [communicationServiceId, '/subscriptions/x', '/subscriptions/x/resourceGroups/Größe (1)_a-b.c'])
    assert.equal(isResourceId(id), true, id)
  const others = ['/', '', '/v1.0/me', '/subscriptions', '/subscriptions/', '/subscriptions/a/../b', '/subscriptions/.']
  for (const id of [
    ...others,
    '/subscriptions/a?b',
    '/subscriptions/a#b',
    '/subscriptions/%2e%2e',
    '/subscriptions/a\\b',
  ])
    assert.equal(isResourceId(id), false, id)
})

test('a link does nothing in the name of who follows it', async (context) => {
  const { page, signIn, settled } = await rig.visit(context)
  await signIn()
  const posted: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') posted.push(`${request.method()} ${request.url()}`)
  })
  for (const way of WAYS_OUT)
    for (const blade of ['keys', 'iam', 'overview']) {
      await page.goto(new URL(`resource/${way}/~/${blade}`, portal.url).href)
      await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    }
  await settled()
  assert.deepEqual(
    posted.filter((one) => !one.endsWith('/oauth2/v2.0/token')),
    [],
  )
  await page.goto(new URL(`resource${communicationServiceId}/~/keys`, portal.url).href)
  await page.getByText('Primary key').first().waitFor()
})

test('a link that names another tenant keeps nobody out', async (context) => {
  const { page, signIn } = await rig.visit(context)
  for (const tenant of [randomUUID(), 'x/../..', '']) {
    await page.goto(`${portal.url}?tenant=${encodeURIComponent(tenant)}`)
    if (/^.{36}$/.test(tenant)) {
      await page.getByText(`Tenant '${tenant}' not found`).waitFor()
      assert.equal(await page.getByLabel('Tenant id').inputValue(), tenantId)
      await page.getByRole('button', { name: 'Sign in again' }).click()
    }
    await page.getByLabel('User name').waitFor()
  }
  await signIn()
})

test('a tenant that somebody has signed in to, and that is gone, does not either', async (context) => {
  const { page } = await rig.visit(context)
  await page.goto(portal.url)
  await page.getByLabel('User name').waitFor()
  await page.evaluate(`localStorage.setItem('postern.tenant', '${randomUUID()}')`)
  await page.goto(portal.url)
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await submitPassword(page, 'en', portal)
  await page.getByRole('navigation', { name: 'Menu' }).waitFor()
  assert.equal(await page.evaluate(`localStorage.getItem('postern.tenant')`), tenantId)
})

test('what was on the screen goes with who signs out, in every tab', async (context) => {
  const { page, signIn, expect } = await rig.visit(context)
  expect(/status of 401/)
  await signIn('messages')
  const other = await page.context().newPage()
  await other.goto(new URL('messages', portal.url).href)
  await other.getByRole('navigation', { name: 'Menu' }).waitFor()
  await page.getByRole('button', { name: 'Account of Administrator' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByText('You are signed out.').waitFor()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.equal(await other.getByRole('navigation', { name: 'Menu' }).count(), 0)
  await page.goBack()
  await page.getByLabel('User name').waitFor()
  await other.getByRole('button', { name: 'Sign in' }).click()
  await submitPassword(other, 'en', portal)
  await other.getByRole('heading', { name: 'Messages', exact: true }).waitFor()
})
