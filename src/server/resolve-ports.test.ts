import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { resolvePorts } from './resolve-ports.ts'

test('port 0 becomes a free port, the same on every address of the place', async () => {
  const outcome = await resolvePorts([
    { name: 'submission', address: 'localhost', port: 0 },
    { name: 'https', address: '127.0.0.1', port: 0 },
  ])
  assert.equal(outcome.type, 'resolved')
  const [submission, https] = outcome.places
  assert.ok((submission?.port ?? 0) > 0)
  assert.equal(submission?.addresses[0], '127.0.0.1')
  assert.deepEqual(https?.addresses, ['127.0.0.1'])
})

for (const address of ['localhost', '127.0.0.1'])
  test(`a port in use on ${address} is refused by name with what to do`, async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const outcome = await resolvePorts([{ name: 'submissions', address, port }])
    assert.equal(outcome.type, 'taken')
    assert.match(outcome.message, new RegExp(`^submissions: port ${port} on ${address} is in use\\. Stop what`))
    server.close()
  })

test('an address that is not this machine’s says so', async () => {
  const outcome = await resolvePorts([{ name: 'https', address: '192.0.2.1', port: 0 }])
  assert.deepEqual(outcome, {
    type: 'taken',
    message: 'https: port 0 on 192.0.2.1 cannot be listened on: EADDRNOTAVAIL',
  })
})
