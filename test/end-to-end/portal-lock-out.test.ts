// Passwords of the portal's users under attack, in a running service: whoever fails in a user's name, from however many addresses, keeps
// that user out of no browser that they have signed in with before; and every attacker is told the same.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PortalClient } from '../fixtures/portal-client.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { type WebPage, WebTab } from '../fixtures/web-tab.ts'

const ATTACKERS = Array.from({ length: 40 }, (_, index) => `127.0.1.${index + 1}`)

const service = await startService({ after })
const { userName, password } = service.quickstart.portal
const client = new PortalClient(service)

const browserAt = (address: string): WebTab => new WebTab([service.ca], address)
const office = browserAt('127.0.0.1')

async function signIn(tab: WebTab, given = password, name = userName): Promise<WebPage> {
  const { start } = client
  // Whoever is signed in would not be asked.
  start.searchParams.set('prompt', 'login')
  return tab.submit(await tab.open(start), { username: name, password: given }, client.redirectUri)
}

test('the owner signs in with the browser that they know while forty addresses guess their password', async () => {
  await client.token(await signIn(office))
  let answered = 0
  const attack = ATTACKERS.map(async (from) => {
    const page = await signIn(browserAt(from), 'wrong-guess')
    answered += 1
    return page
  })
  // By then the name waits for all whom it does not know.
  await Promise.race(attack)
  for (let round = 0; round < 3; round += 1) await client.token(await signIn(office))
  assert.ok(answered < ATTACKERS.length, 'the attack was over before the owner signed in')
  const pages = await Promise.all(attack)
  const said = new Set(pages.map(({ status, text }) => `${status} ${/role="alert">([^<]*)</.exec(text)?.[1]}`))
  assert.deepEqual([...said], ['401 The user name or password is wrong.'])
})

test('one address that tries many names is turned away, and another is not', async () => {
  const pages = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      signIn(browserAt('127.0.2.1'), 'wrong-guess', `user-${index}@contoso.test`),
    ),
  )
  assert.deepEqual(new Set(pages.map(({ status }) => status)), new Set([401, 429]))
  await client.token(await signIn(office))
})
