// Whoever guesses passwords of people: how many they get to try, also from the network and in the browser of the owner; and that nobody
// keeps the owner out by it.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { A } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture } from '../http.fixture.ts'
import { Browser, Client, NAME, PASSWORD, putUser } from './sign-in.fixture.ts'

let http: HttpFixture
let client: Client
let waits: number[]

beforeEach(async () => {
  waits = []
  const after = (delay: number, callback: () => void) => {
    waits.push(delay)
    queueMicrotask(callback)
    return () => {}
  }
  http = await openHttpFixture({ dependencies: { clock: { now: () => http.state.now, after } } })
  await putUser(http, A)
  client = new Client(http)
})
afterEach(() => http.close())

async function tryIn(browser: Browser, password: string, username = NAME): Promise<number> {
  const page = await browser.open(client.path({ prompt: 'login' }))
  return (await browser.submit(page, { username, password })).status
}

async function guess(browser: Browser, times: number): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let attempt = 0; attempt < times; attempt += 1) statuses.push(await tryIn(browser, `wrong ${attempt}`))
  return statuses
}

test('who shares the network of the owner gets no more guesses than anybody, and does not keep the owner out', async () => {
  const owner = new Browser(http)
  assert.equal(await tryIn(owner, PASSWORD), 303)
  const statuses = await guess(new Browser(http), 45)
  assert.equal(statuses.filter((status) => status === 401).length, 40)
  assert.equal(Math.max(...waits), 10_000)
  waits = []
  assert.equal(await tryIn(owner, PASSWORD), 303)
  assert.deepEqual(waits, [])
})

test('in the browser of the owner there are as many guesses more as cost nothing', async () => {
  const owner = new Browser(http)
  assert.equal(await tryIn(owner, PASSWORD), 303)
  const statuses = await guess(owner, 65)
  assert.equal(statuses.filter((status) => status === 401).length, 60)
  assert.equal(await tryIn(owner, PASSWORD), 429)
  http.state.now += 20 * 60_000
  assert.equal(await tryIn(owner, PASSWORD), 303)
})

test('a browser is known with the name that was signed in with, and no other', async () => {
  const owner = new Browser(http)
  assert.equal(await tryIn(owner, PASSWORD), 303)
  for (let attempt = 0; attempt < 21; attempt += 1) await tryIn(owner, PASSWORD, 'other@contoso.test')
  assert.equal(Math.max(...waits), 1000)
})

test('devices that fail keep no person of their network out, nor do people keep devices out', async () => {
  const { loginLimits } = http.submission
  const device = async () => {
    const admission = await loginLimits.admit({ username: 'printer', address: '' })
    if (admission.type === 'admitted') admission.settle('failed')
    return admission.type
  }
  for (let attempt = 0; attempt < 45; attempt += 1) await device()
  assert.equal(await device(), 'turned away')
  assert.equal(await tryIn(new Browser(http), PASSWORD), 303)
  assert.deepEqual(waits, [])
})
