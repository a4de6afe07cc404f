// Lists, searches and pickers over 100,000 messages and 10,000 applications: what is shown comes page by page from the service, no answer
// grows with what is stored, and no page asks more often because there is more. How the store finds it without looking at all of it is
// asserted beside the store (`list-plans.test.ts`).

import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { fillLargeStore, idOf, messageIdOf, nameOf, RARE_REASON, referenceOf } from '../fixtures/large-store.ts'
import { startPortalRig, type Visit } from './portal-rig.ts'

/** Octets of JSON, before it is compressed. */
const MOST_OCTETS = 200_000
const MOST_ROWS = 500
/** Of the API for one step of somebody; where each row asks how it stands, some more. */
const MOST_REQUESTS = 15
const MOST_WITH_ROWS = 35

const rig = await startPortalRig(
  { after },
  {
    prepare: (directory, quickstart) =>
      fillLargeStore(directory, quickstart, { principals: 10_000, messages: 100_000 }, Date.now()),
  },
)
const { communicationServiceId, tenantId } = rig.service.quickstart

type Answer = { readonly what: string; readonly octets: number; readonly rows: number }

/** Takes a step, and looks at every answer of the API that it led to. */
function watchAnswers({ page, settled }: Visit) {
  const answers: Promise<Answer | undefined>[] = []
  page.on('response', (response) => {
    const { pathname, search } = new URL(response.url())
    if (pathname.startsWith('/portal') || response.request().resourceType() !== 'fetch') return
    const read = async (): Promise<Answer | undefined> => {
      const text = await response.text()
      const { value } = (text === '' ? {} : JSON.parse(text)) as { readonly value?: unknown }
      const rows = Array.isArray(value) ? value.length : 1
      return { what: `${response.request().method()} ${pathname}${search}`, octets: text.length, rows }
    }
    // A page that was left does not wait for its answers.
    answers.push(read().catch(() => undefined))
  })
  return async (name: string, act: () => Promise<unknown>, mostRequests = MOST_REQUESTS) => {
    await act()
    await settled()
    const seen = (await Promise.all(answers.splice(0))).filter((one) => one !== undefined)
    for (const { what, octets, rows } of seen) {
      assert.ok(octets <= MOST_OCTETS, `${name}: ${what} has ${octets} octets`)
      assert.ok(rows <= MOST_ROWS, `${name}: ${what} has ${rows} rows`)
    }
    const asked = seen.map(({ what }) => what)
    assert.ok(asked.length <= mostRequests, `${name}: ${asked.length} requests\n${asked.join('\n')}`)
  }
}

const rowsOf = (page: Page) => page.getByRole('main').getByRole('row')

async function loadMore(page: Page): Promise<void> {
  const before = await rowsOf(page).count()
  await page.getByRole('button', { name: 'Load more' }).click()
  await rowsOf(page).nth(before).waitFor()
}

/** Types into a field, and waits for what it finds. */
async function find(page: Page, label: string, text: string, found: string): Promise<void> {
  const field = page.getByRole('main').getByLabel(label, { exact: true })
  await field.fill(text)
  await field.press('Enter')
  await page.getByRole('main').getByText(found).first().waitFor()
}

async function open(context: Parameters<typeof rig.visit>[0]) {
  const visit = await rig.visit(context)
  const step = watchAnswers(visit)
  // There are two tenants: this browser was in one of them before.
  await visit.page.addInitScript(`localStorage.setItem('postern.tenant', '${tenantId}')`)
  await visit.signIn()
  await step('home', () => visit.page.getByRole('heading', { level: 1 }).waitFor())
  const goTo = (path: string, most?: number) => step(path, () => visit.goTo(path), most)
  return { ...visit, step, goTo }
}

// Side by side: most of it is waiting.
suite('over a large store', { concurrency: true }, () => {
  test('messages, captures, queue, events and the logs: a page at a time, and what is rare is found', async (context) => {
    const { page, step, goTo } = await open(context)
    await goTo('/messages')
    await step('the next messages', () => loadMore(page))
    await step('by recipient', () =>
      find(page, 'Recipient', 'reader99@recipient49.example.test', 'reader99@recipient49.example.test'),
    )
    await goTo('/messages')
    await step('by application', () => find(page, 'Application (client) ID', idOf('application', 9999), 'Scan 99999'))
    await goTo('/messages')
    await goTo('/messages')
    await step('by nobody: what is looked through at a time is gone through to its end', () =>
      find(page, 'Recipient', 'nobody@recipient49.example.test', 'Nothing was found.'),
    )
    await step('by Message-ID', async () => {
      await page.getByLabel('Queue id, Message-ID or reference').fill(messageIdOf(101))
      await page.getByRole('button', { name: 'Open', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'Scan 101' }).waitFor()
    })
    await goTo(`/messages/${referenceOf(99_999)}`)
    for (const path of ['/captures', '/queue/messages', '/failed-logins', '/audit', '/events']) {
      await goTo(path)
      await step(`the next of ${path}`, () => loadMore(page))
    }
    for (const path of ['/queue', '/queue/holds', '/failed-logins/waiting']) await goTo(path)
    await goTo(`/failed-logins?reason=${RARE_REASON}`)
    await page.getByRole('main').getByRole('link').nth(3).waitFor()
  })

  test('applications, users, groups and members: searched by the service', async (context) => {
    const { page, step, goTo } = await open(context)
    const places = [
      { path: '/applications', name: nameOf('Copier', 4711), id: idOf('application', 4711) },
      { path: '/users', name: nameOf('Person', 4711), id: idOf('user', 4711) },
      { path: '/groups', name: nameOf('Group', 4711), id: idOf('group', 4711) },
    ]
    for (const { path, name, id } of places) {
      await goTo(path)
      await step(`the next of ${path}`, () => loadMore(page))
      const box = page.getByRole('search').getByRole('searchbox')
      for (const text of [name.slice(-6), id])
        await step(`${path} with ${text}`, async () => {
          await box.fill(text)
          await page.getByRole('link', { name }).waitFor()
        })
    }
    await goTo(`/groups/${idOf('group', 0)}/members`)
    await step('the next members', () => loadMore(page))
    await goTo(`/applications/${idOf('application', 4711)}/credentials`)
    await goTo(`/users/${idOf('user', 4711)}/groups`)
  })

  test('access control, pickers and a service with many user names', async (context) => {
    const { page, step, goTo } = await open(context)
    const blade = (name: string) => `/resource${communicationServiceId}/~/${name}`
    await goTo(`${blade('iam')}?tab=assignments`)
    await step('the next role assignments', () => loadMore(page))
    await step('assignments of one', () => find(page, 'Search by name or id', '004711', nameOf('Copier', 4711)))
    await goTo(`${blade('iam')}?tab=check-access`)
    await step('a principal', async () => {
      await page.getByRole('button', { name: 'Select a user, group, or service principal' }).click()
      await page.getByRole('dialog').getByRole('searchbox').fill(nameOf('Person', 4711))
      await page
        .getByRole('dialog')
        .getByRole('button', { name: nameOf('Person', 4711) })
        .click()
      await page.getByRole('dialog').getByRole('button', { name: 'Select', exact: true }).click()
    })
    await goTo(blade('smtp-usernames'), MOST_WITH_ROWS)
    await step('the next user names', () => loadMore(page), MOST_WITH_ROWS)
    for (const name of ['overview', 'smtp-settings', 'quotas', 'events', 'audit']) await goTo(blade(name))
  })
})
