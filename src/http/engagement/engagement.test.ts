// The links of tracked mail, asked for as recipients, their programs and strangers do.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { SeenEngagement } from '../../events/engagement-events.ts'
import { createEngagementLinks } from '../../engagement/engagement-links.ts'
import { deriveKeys } from '../../keys/installation-key.ts'
import { BASE, type HttpFixture, openHttpFixture, PUBLIC_URL } from '../http.fixture.ts'

const links = createEngagementLinks(deriveKeys(Buffer.alloc(32, 7)).engagementKey, PUBLIC_URL)
const QUEUE_ID = '01900000-0000-7000-8000-000000000001'
const TARGET = 'https://a.test/x?y=z&w=%20#v'
const VIEW = links.linkOf({ kind: 'view', queueId: QUEUE_ID }).slice(BASE.length)
const CLICK = links.linkOf({ kind: 'click', queueId: QUEUE_ID, target: TARGET }).slice(BASE.length)

const noted: (SeenEngagement & { readonly queueId: string })[] = []
let http: HttpFixture
before(async () => {
  const engagements = { note: (queueId: string, seen: SeenEngagement) => void noted.push({ queueId, ...seen }) }
  http = await openHttpFixture({ dependencies: { engagements } })
})
after(() => http.close())
beforeEach(() => noted.splice(0))

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  http.request(method, path, { headers: { 'user-agent': 'Mail/1.0', ...headers } })

test('a message that is opened gets a picture that nobody sees', async () => {
  const answer = await ask(VIEW)
  const octets = Buffer.from(await answer.arrayBuffer())
  assert.deepEqual([answer.status, answer.headers.get('content-type'), octets.length], [200, 'image/gif', 43])
  assert.deepEqual([octets.toString('latin1', 0, 6), octets.at(-1)], ['GIF89a', 0x3b])
  assert.deepEqual(noted, [{ queueId: QUEUE_ID, kind: 'view', context: '', userAgent: 'Mail/1.0' }])
})

test('a link that is followed leads on', async () => {
  const answer = await ask(CLICK)
  assert.deepEqual([answer.status, answer.headers.get('location'), await answer.text()], [302, TARGET, ''])
  assert.deepEqual(noted, [{ queueId: QUEUE_ID, kind: 'click', context: TARGET, userAgent: 'Mail/1.0' }])
})

test('neither is kept by anybody, nor tells where it came from, nor sets a cookie', async () => {
  for (const path of [VIEW, CLICK]) {
    const { headers } = await ask(path)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('set-cookie'), null)
  }
})

test('a gateway that changes the case of a path, or asks without saying who it is, is led on too', async () => {
  const [path = '', query] = CLICK.split('?')
  const answer = await http.request('GET', `${path.toUpperCase()}?${query}`)
  assert.deepEqual([answer.status, noted[0]?.userAgent], [302, ''])
})

for (const [name, headers, method] of [
  ['HEAD', {}, 'HEAD'],
  ['a browser that fetches ahead', { 'sec-purpose': 'prefetch;prerender' }],
  ['another', { purpose: 'prefetch' }],
  ['one of long ago', { 'x-moz': 'prefetch' }],
  ['a preview', { 'x-purpose': 'preview' }],
] as const)
  test(`answered and not told: ${name}`, async () => {
    for (const [path, status] of [
      [VIEW, 200],
      [CLICK, 302],
    ] as const)
      assert.equal((await ask(path, headers, method)).status, status)
    assert.deepEqual(noted, [])
  })

const other = links.linkOf({ kind: 'view', queueId: '01900000-0000-7000-8000-000000000002' }).slice(BASE.length)
const at = CLICK.indexOf('?')
/** Signed by us, in forms that no link of ours has. */
const ours = (target: string) => links.linkOf({ kind: 'click', queueId: QUEUE_ID, target }).slice(BASE.length)
const forged: Readonly<Record<string, string>> = {
  'another target': CLICK.replace('a.test', 'evil.test'),
  'a target behind it': `${CLICK}.evil.test`,
  'a second target before it': `${CLICK.slice(0, at)}?to=https%3A%2F%2Fevil.test%2F&${CLICK.slice(at + 1)}`,
  'the same target spelt otherwise': CLICK.replace('a.test', 'A.TEST'),
  'a target with a user': CLICK.replace('a.test', 'b%40a.test'),
  'no target': CLICK.slice(0, at),
  'another code': VIEW.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
  'no code': VIEW.replace(/[0-9a-f]+$/, ''),
  'the code of another message': VIEW.replace(/[^/]+$/, other.split('/').at(-1) ?? ''),
  'the code of a click': CLICK.slice(0, at).replace('click', 'view'),
  'no message': VIEW.replace(QUEUE_ID, 'x'),
  'no kind': VIEW.replace('view', 'vote'),
  'more behind it': `${VIEW}/x`,
  'a script': ours('javascript:alert(1)'),
  'no absolute address': ours('//evil.test/'),
  'a second header': ours('https://a.test/\r\nset-cookie: a=b'),
  'a password': ours('https://a:b@evil.test/'),
}
for (const [name, path] of Object.entries(forged))
  test(`nothing is there: ${name}`, async () => {
    const answer = await ask(path)
    assert.equal(answer.status, 404)
    assert.equal(answer.headers.get('location'), null)
    assert.match(
      await answer.text(),
      /^{"error":{"code":"NotFound","message":"There is (?:no such link|nothing at this path)\."}}$/,
    )
    assert.deepEqual(noted, [])
  })

test('another method is not allowed, and an address is in no log', async () => {
  assert.equal((await ask(CLICK, {}, 'POST')).status, 405)
  await ask(CLICK)
  assert.doesNotMatch(http.state.log, /a\.test/)
})
