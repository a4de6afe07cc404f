import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { resolvePorts } from './resolve-ports.ts'

test('port 0 becomes a free port, the same on every address of the place', async () => {
  const outcome = await resolvePorts(
    [
      { name: 'submission', address: 'localhost', port: 0 },
      { name: 'https', address: '127.0.0.1', port: 0 },
    ],
    false,
  )
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
    const outcome = await resolvePorts([{ name: 'submissions', address, port }], false)
    assert.equal(outcome.type, 'taken')
    assert.match(outcome.message, new RegExp(`^submissions: port ${port} on ${address} is in use\\. Stop what`))
    server.close()
  })

test('an address that is not this machine’s says so', async () => {
  const outcome = await resolvePorts([{ name: 'https', address: '192.0.2.1', port: 0 }], false)
  assert.deepEqual(outcome, {
    type: 'taken',
    message: 'https: port 0 on 192.0.2.1 cannot be listened on: EADDRNOTAVAIL',
  })
})

function listen(port: number, reusePort: boolean): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ host: '127.0.0.1', port, reusePort }, () => resolve(server))
  })
}

const canShare = process.platform === 'linux'

test('a picked port is held: ours may join, others are kept out until it is released', {
  skip: canShare ? false : 'this platform does not share ports',
}, async () => {
  const outcome = await resolvePorts([{ name: 'submission', address: 'localhost', port: 0 }], true)
  assert.equal(outcome.type, 'resolved')
  const port = outcome.places[0]?.port ?? 0
  await assert.rejects(listen(port, false), { code: 'EADDRINUSE' })
  const ours = await listen(port, true)
  outcome.release()
  ours.close()
  ;(await listen(port, false)).close()
})
