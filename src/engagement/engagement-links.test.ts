// What a link is: known again when nothing of it was changed, and never otherwise.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deriveKeys } from '../keys/installation-key.ts'
import { type ClaimedEngagement, createEngagementLinks, type Engagement, readTarget } from './engagement-links.ts'

const QUEUE_ID = '01900000-0000-7000-8000-000000000001'
const OTHER_ID = '01900000-0000-7000-8000-000000000002'
const linksOf = (seed: number) =>
  createEngagementLinks(deriveKeys(Buffer.alloc(32, seed)).engagementKey, 'https://mail.test:8443/')
const links = linksOf(7)

/** As whoever is asked for the address reads it. */
function read(link: string): ClaimedEngagement {
  const { pathname, searchParams } = new URL(link)
  const [, , kind, queueId = '', code = ''] = pathname.split('/')
  return kind === 'view'
    ? { kind, queueId, code }
    : { kind: 'click', queueId, code, target: searchParams.get('to') ?? '' }
}

test('a link is known again, and says where it leads', () => {
  const view = links.linkOf({ kind: 'view', queueId: QUEUE_ID })
  assert.match(
    view,
    /^https:\/\/mail\.test:8443\/engagement\/view\/01900000-0000-7000-8000-000000000001\/[0-9a-f]{32}$/,
  )
  assert.equal(links.isOurs(read(view)), true)
  const click = links.linkOf({ kind: 'click', queueId: QUEUE_ID, target: 'https://a.test/?b=c&d="e"#f' })
  assert.match(
    click,
    /^https:\/\/mail\.test:8443\/engagement\/click\/[0-9a-f/-]+\?to=https%3A%2F%2Fa\.test%2F%3Fb%3Dc%26d%3D%22e%22%23f$/,
  )
  assert.equal(links.isOurs(read(click)), true)
  assert.equal(links.linkOf({ kind: 'view', queueId: QUEUE_ID }), view)
})

const target = 'https://a.test/'
const claimed = read(links.linkOf({ kind: 'click', queueId: QUEUE_ID, target }))
const forged: Readonly<Record<string, ClaimedEngagement>> = {
  'another target': { ...claimed, kind: 'click', target: 'https://evil.test/' },
  'another message': { ...claimed, queueId: OTHER_ID },
  'the code of a view': { ...read(links.linkOf({ kind: 'view', queueId: QUEUE_ID })), kind: 'click', target },
  'a view with the code of a click': { kind: 'view', queueId: QUEUE_ID, code: claimed.code },
  'no code': { ...claimed, code: '' },
  'half a code': { ...claimed, code: claimed.code.slice(0, 16) },
  'a longer code': { ...claimed, code: `${claimed.code}00` },
  'what is no code': { ...claimed, code: 'x'.repeat(32) },
  'another installation': {
    ...claimed,
    code: read(linksOf(8).linkOf({ kind: 'click', queueId: QUEUE_ID, target })).code,
  },
}
for (const [name, one] of Object.entries(forged))
  test(`not ours: ${name}`, () => {
    assert.equal(links.isOurs(one), false)
  })

test('any link in HTML needs no quoting, and no two engagements have one code', () => {
  const engagement: fc.Arbitrary<Engagement> = fc.oneof(
    fc.constantFrom(QUEUE_ID, OTHER_ID).map((queueId) => ({ kind: 'view' as const, queueId })),
    fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => ({
      kind: 'click' as const,
      queueId: QUEUE_ID,
      target: readTarget(url) ?? target,
    })),
  )
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(engagement, (one) => {
      const link = links.linkOf(one)
      assert.match(link, /^[!#-%'-;=?-~]+$/)
      assert.equal(links.isOurs(read(link)), true)
      const { code } = read(link)
      assert.equal(seen.get(code) ?? JSON.stringify(one), JSON.stringify(one))
      seen.set(code, JSON.stringify(one))
    }),
  )
})
