// What it takes until the portal can be used, counted from what the browser was really sent: for who comes for the first time and signs
// in, and for who is signed in but has nothing at hand. It can be used when the menu and the title of the page are there; what the page then
// asks the API for comes after. How long it took is told and not judged: the machine may be busy.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startPortalRig, submitPassword } from './portal-rig.ts'

/** Octets as they were sent. */
const MOST_SCRIPT = 400_000
const MOST_REQUESTS = 12

const rig = await startPortalRig({ after })
const { portal } = rig.service.quickstart

type Load = { readonly requests: readonly string[]; readonly script: number; readonly time: number }

test('the first load is small, and takes few requests until the portal can be used', async (context) => {
  const { page, settled } = await rig.visit(context)
  const measure = await watchTraffic(page)
  const isUsable = async () => {
    await page.getByRole('navigation', { name: 'Menu' }).waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  const form = await measure(async () => {
    await page.goto(portal.url)
    await page.getByLabel('Password').waitFor()
  })
  const signedIn = await measure(async () => {
    await submitPassword(page, 'en', portal)
    await isUsable()
  })
  await settled()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.clearBrowserCache')
  const anew = await measure(async () => {
    await page.goto(portal.url)
    await isUsable()
  })
  const loads = Object.entries({ form, signedIn, anew })
  for (const [name, { requests, script, time }] of loads)
    context.diagnostic(`${name}: ${requests.length} requests, ${script} octets of script, ${time} ms`)
  for (const [name, { requests }] of loads)
    assert.ok(requests.length <= MOST_REQUESTS, `${name}: ${requests.length} requests\n${requests.join('\n')}`)
  assert.ok(anew.script > 50_000, 'script is counted')
  assert.ok(signedIn.script < 50_000, 'what is at hand is not fetched again')
  for (const script of [anew.script, form.script + signedIn.script])
    assert.ok(script <= MOST_SCRIPT, `${script} octets of script`)
})

/** `at`: milliseconds since the epoch. */
type Sent = {
  readonly what: string
  readonly at: number
  readonly isScript: boolean
  isCached: boolean
  octets: number
}

/** Notes when there is something to be used: a field for the password, or the menu with the title of a page. */
const NOTE_USABLE = `new MutationObserver((_changes, observer) => {
  if (document.querySelector('input[type=password], nav ~ main h1') === null) return
  window.usableAt = performance.timeOrigin + performance.now()
  observer.disconnect()
}).observe(document, { childList: true, subtree: true })`

/** Counts what goes over the wire; what the browser has at hand does not. */
async function watchTraffic(page: Page): Promise<(act: () => Promise<void>) => Promise<Load>> {
  const cdp = await page.context().newCDPSession(page)
  const sent = new Map<string, Sent>()
  let redirects: string[] = []
  cdp.on('Network.requestWillBeSent', ({ requestId, request, type, redirectResponse, wallTime }) => {
    if (request.url.startsWith('data:')) return
    if (redirectResponse !== undefined) redirects.push(`redirect from ${redirectResponse.url}`)
    const what = `${request.method} ${request.url}`
    sent.set(requestId, { what, at: wallTime * 1000, isScript: type === 'Script', isCached: false, octets: 0 })
  })
  cdp.on('Network.requestServedFromCache', ({ requestId }) => setCached(requestId))
  cdp.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.fromDiskCache === true || response.fromPrefetchCache === true) setCached(requestId)
  })
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = sent.get(requestId)
    if (one !== undefined) one.octets = encodedDataLength
  })
  await cdp.send('Network.enable')
  await page.addInitScript(NOTE_USABLE)
  return async (act) => {
    sent.clear()
    redirects = []
    const began = performance.now()
    await act()
    const time = Math.round(performance.now() - began)
    const usableAt = await page.evaluate<number>('window.usableAt')
    const all = [...sent.values()].filter(({ isCached, at }) => !isCached && at <= usableAt)
    const script = all.filter(({ isScript }) => isScript).reduce((sum, { octets }) => sum + octets, 0)
    return { requests: [...all.map(({ what }) => what), ...redirects], script, time }
  }

  function setCached(requestId: string): void {
    const one = sent.get(requestId)
    if (one !== undefined) one.isCached = true
  }
}
