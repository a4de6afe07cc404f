import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate, fakeSegment, systemError } from './fake-file.fixture.ts'

const octets = (text: string) => Buffer.from(text)

test('stretches are reserved at the call, whoever is written first', async () => {
  const { fake, file } = fakeSegment()
  const extents = await Promise.all([file.append([octets('ab'), octets('c')], 3), file.append([octets('de')], 2)])
  assert.deepEqual(extents, [
    { offset: 0, length: 3 },
    { offset: 3, length: 2 },
  ])
  assert.equal(file.end, 5)
  assert.equal(fake.octets.toString('latin1', 0, 5), 'abcde')
})

test('a write that stops short is continued', async () => {
  for (const shortBy of [1, 2, 3, 4]) {
    const { fake, file } = fakeSegment()
    fake.shortBy = shortBy
    await file.append([octets('ab'), octets('cde'), octets('f')], 6)
    assert.equal(fake.octets.toString('latin1', 0, 6), 'abcdef', `short by ${shortBy}`)
  }
})

for (const [code, expected] of [
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EFBIG', 'full'],
  ['EIO', 'unavailable'],
] as const)
  test(`${code} on a write is ${expected}, names no path, and leaves the file to others`, async () => {
    const { fake, file } = fakeSegment()
    fake.failure = systemError(code)
    await assert.rejects(file.append([octets('ab')], 2), {
      name: 'StoreError',
      code: expected,
      message: `content: ${code}`,
    })
    fake.failure = undefined
    assert.deepEqual(await file.append([octets('cd')], 2), { offset: 2, length: 2 })
    assert.equal(file.failed, false)
    await file.sync()
  })

test('those who ask while a sync runs share the next one', async () => {
  const { fake, file } = fakeSegment()
  const running = createGate()
  fake.gate = running.wait
  const first = file.sync()
  const others = [file.sync(), file.sync(), file.sync()]
  assert.equal(fake.syncs, 1)
  running.open()
  await Promise.all([first, ...others])
  assert.equal(fake.syncs, 2)
  await file.sync()
  assert.equal(fake.syncs, 3)
})

test('after a failed sync nothing can be sealed any more, even when the next sync would succeed', async () => {
  const { fake, file } = fakeSegment()
  const running = createGate()
  fake.gate = running.wait
  fake.failure = systemError('EIO')
  const waiting = [file.sync(), file.sync()].map((sync) => assert.rejects(sync, { code: 'unavailable' }))
  running.open()
  await Promise.all(waiting)
  fake.failure = undefined
  assert.equal(file.failed, true)
  await assert.rejects(file.sync(), { code: 'unavailable' })
})
