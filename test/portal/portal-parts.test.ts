// What the portal works out by itself, without a browser: differences between two states, the axes of charts, drafts of webhooks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differences } from '../../portal/src/pages/audit/differences.ts'
import { bodyOf, EMPTY_DRAFT, hasEndpoint, headersOf } from '../../portal/src/pages/events/draft.ts'
import { labelled, pathThrough, ticksTo } from '../../portal/src/parts/charts/scale.ts'

test('differences are told member by member; lists of plain values as a whole', () => {
  const before = { name: 'a', gone: 1, same: true, actions: ['x', 'y'], nested: [{ id: 1 }], none: null }
  const after = { name: 'b', same: true, actions: ['x'], nested: [{ id: 2 }], none: null, endsAt: Date.UTC(2030, 0, 1) }
  assert.deepEqual(differences(before, after), [
    { path: 'name', kind: 'changed', before: 'a', after: 'b' },
    { path: 'gone', kind: 'removed', before: '1' },
    { path: 'actions', kind: 'changed', before: 'x\ny', after: 'x' },
    { path: 'nested[0].id', kind: 'changed', before: '1', after: '2' },
    { path: 'endsAt', kind: 'added', after: '2030-01-01T00:00:00.000Z' },
  ])
  assert.deepEqual(differences(null, { a: [] }), [])
})

test('axes have round numbers, and no more labels than there is room for', () => {
  assert.deepEqual(ticksTo(0), [0, 1])
  assert.deepEqual(ticksTo(7), [0, 2, 4, 6, 8])
  assert.deepEqual(ticksTo(1, true), [0, 1])
  assert.deepEqual(ticksTo(3, true), [0, 1, 2, 3])
  for (const most of [0.3, 1, 9, 10, 99, 1234, 5e6]) {
    const ticks = ticksTo(most)
    assert.ok((ticks.at(-1) ?? 0) >= most && ticks.length <= 6, `${most}: ${ticks.join(' ')}`)
  }
  assert.deepEqual(labelled(5, 10), [0, 1, 2, 3, 4])
  assert.deepEqual(labelled(168, 4), [23, 71, 119, 167])
})

test('a line breaks where nothing is known', () => {
  assert.equal(pathThrough([{ x: 0, y: 1 }, { x: 1, y: 2 }, undefined, { x: 3, y: 4 }]), 'M0.0,1.0L1.0,2.0M3.0,4.0')
  assert.equal(pathThrough([undefined]), '')
})

test('a webhook: what is left empty is left out', () => {
  const draft = { ...EMPTY_DRAFT, name: 'monitor', url: 'https://example.com/?a=b', headers: 'X-Key: a:b\n\n y:  z ' }
  assert.deepEqual(headersOf(draft), { 'X-Key': 'a:b', y: 'z' })
  assert.deepEqual(bodyOf({ ...draft, headers: ' ' }), {
    properties: { endpointUrl: 'https://example.com/?a=b', eventSchema: 'EventGridSchema', eventTypes: [] },
  })
  assert.equal(hasEndpoint(draft), true)
  for (const wrong of [{ url: 'ftp://x' }, { url: 'x' }, { headers: 'no colon' }])
    assert.equal(hasEndpoint({ ...draft, ...wrong }), false)
})
