// The portal's files as they are served: which path is a file, a page of the program, or neither; what may be kept; and that every answer
// says what a browser may do with it.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type HttpFixture, openHttpFixture } from '../http.fixture.ts'

const root = mkdtempSync(join(tmpdir(), 'postern-portal-'))
const portalFiles = join(root, 'dist')
const PAGE = '<!doctype html><title>Portal</title>'
let http: HttpFixture

before(async () => {
  mkdirSync(join(portalFiles, 'assets'), { recursive: true })
  writeFileSync(join(root, 'secret.js'), 'secret')
  writeFileSync(join(portalFiles, 'index.html'), PAGE)
  writeFileSync(join(portalFiles, 'stamp'), 'secret')
  for (const [ending, content] of [
    ['', 'plain'],
    ['.br', 'brotli'],
    ['.gz', 'zipped'],
  ])
    writeFileSync(join(portalFiles, 'assets', `0a.js${ending}`), content ?? '')
  http = await openHttpFixture({ dependencies: { portalFiles } })
})
after(async () => {
  await http.close()
  rmSync(root, { recursive: true })
})

function assertGuarded({ headers }: Response, path: string): void {
  assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/, path)
  assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
  assert.equal(headers.get('referrer-policy'), 'no-referrer', path)
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path)
}

test('every path is the page, which nobody keeps, but those of files', async () => {
  for (const path of [
    '/portal',
    '/portal/',
    '/portal/messages/1',
    '/portal/stamp',
    '/portal/index.html',
    '//portal//',
  ]) {
    const answer = await http.request('GET', path)
    assert.deepEqual([answer.status, await answer.text()], [200, PAGE], path)
    assert.equal(answer.headers.get('cache-control'), 'no-store', path)
    assertGuarded(answer, path)
  }
})

test('a file is kept for good, in a coding that was asked for; what is no file is not kept', async () => {
  const codings: readonly (readonly [string, string, string | null])[] = [
    ['', 'plain', null],
    ['gzip, br', 'brotli', 'br'],
    ['gzip', 'zipped', 'gzip'],
    ['br;q=0, identity', 'plain', null],
    ['*', 'plain', null],
    ['../../secret', 'plain', null],
  ]
  for (const [accepted, content, coding] of codings) {
    const answer = await http.request('GET', '/portal/assets/0a.js', { headers: { 'accept-encoding': accepted } })
    assert.deepEqual([await answer.text(), answer.headers.get('content-encoding')], [content, coding], accepted)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/javascript/)
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assertGuarded(answer, accepted)
  }
  const ways = ['..%2f', '%2e%2e%2f', '..%5c', '..%2f..%2f', '....//', '%']
  for (const path of ['', '0b.js', ...ways.flatMap((way) => [`${way}secret.js`, `${way}stamp`, `${way}index.html`])]) {
    const answer = await http.request('GET', `/portal/assets/${path}`)
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers.get('cache-control'), 'no-store', path)
    assertGuarded(answer, path)
  }
})

test('nothing is sent to the portal', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await http.request(method, '/portal/messages')
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET'], method)
    assertGuarded(answer, method)
  }
})

test('what is not built yet is coming', async () => {
  const other = await openHttpFixture({ dependencies: { portalFiles: join(root, 'nowhere') } })
  const answer = await other.request('GET', '/portal/')
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2'])
  assertGuarded(answer, '/portal/')
  await other.close()
})
