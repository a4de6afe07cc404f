// Which connection a message goes over, and how many there are.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { type Script, type ScriptedServer, startScriptedServer } from '../../test/fixtures/scripted-smtp-server.ts'
import { StoreError } from '../storage/store-error.ts'
import { type ConnectionPool, createConnectionPool, type Open } from './connection-pool.ts'
import { openConnection } from './open-connection.ts'
import { messageOf, summarise, UNHURRIED } from './outgoing-message.fixture.ts'

const never = new AbortController().signal
const opened: (ScriptedServer | ConnectionPool)[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

async function begin(script: Script = {}, settings = {}) {
  const clock = new ManualClock()
  const server = await startScriptedServer(script)
  const pool = createConnectionPool({ connections: 2, messagesPerConnection: 10, idle: 5000, ...settings }, clock)
  opened.push(pool, server)
  const options = { clientName: 'us.example.test', tls: { mode: 'never' }, patience: UNHURRIED } as const
  const target = { host: 'mx.example.test', address: '127.0.0.1', port: server.port }
  const open: Open = (signal) => openConnection(target, options, signal)
  const send = async (key = 'a', signal = never) => {
    const sent = await pool.send(key, open, () => Promise.resolve(messageOf({ to: ['b@example.test'] })), signal)
    return sent.type === 'sent' ? sent.replies.map(summarise).join() : summarise(sent)
  }
  return { clock, server, pool, open, send, connections: () => server.connections }
}

test('one after the other over one connection, and over another for another key', async () => {
  const { send, connections } = await begin()
  assert.deepEqual([await send(), await send(), connections()], ['accepted 250', 'accepted 250', 1])
  assert.deepEqual([await send('b'), connections()], ['accepted 250', 2])
})

test('at once over as many as there may be', async () => {
  const { send, connections } = await begin()
  const results = await Promise.all([send(), send(), send(), send(), send()])
  assert.deepEqual([new Set(results).size, connections()], [1, 2])
})

test('a connection takes so many messages and no more', async () => {
  const { send, connections, server } = await begin({}, { messagesPerConnection: 2 })
  for (let count = 0; count < 3; count++) await send()
  assert.equal(connections(), 2)
  assert.equal(server.heard.filter((line) => line === 'QUIT').length, 1)
})

test('one that is idle for long is ended', async () => {
  const { send, clock, server, connections } = await begin()
  await send()
  clock.advance(5000)
  await server.idle()
  assert.equal(server.heard.at(-1), 'QUIT')
  await send()
  assert.equal(connections(), 2)
})

test('one that was closed in the meantime is not used', async () => {
  const { send, server, connections } = await begin({
    end: (peer) => {
      peer.write('250 taken\r\n')
      peer.socket.end()
    },
  })
  await send()
  await server.idle()
  await settleMicrotasks()
  assert.deepEqual([await send(), connections()], ['accepted 250', 2])
})

for (const [name, act] of [
  ['421', '421 4.4.2 idle for too long'],
  ['nothing', undefined],
] as const)
  test(`one that answers MAIL with ${name} is given up for a new one`, async () => {
    const leave: Script['MAIL'] = [
      '250 ok',
      (peer) => (act === undefined ? peer.reset() : peer.write(`${act}\r\n`)),
      '250 ok',
    ]
    const { send, connections } = await begin({ MAIL: leave })
    await send()
    assert.deepEqual([await send(), connections()], ['accepted 250', 2])
  })

test('a new one that fails is not tried again', async () => {
  const { send, connections } = await begin({ MAIL: (peer) => peer.close() })
  assert.deepEqual([await send(), connections()], ['failed at mail: it closed the connection', 1])
})

test('one that fails after MAIL was taken is not tried again', async () => {
  const { send, connections } = await begin({ RCPT: ['250 ok', (peer) => peer.close()] })
  await send()
  assert.deepEqual([await send(), connections()], ['failed at rcpt: it closed the connection', 1])
})

test('whoever waits goes on when a place is free, or is told when it is given up', async () => {
  const { pool, open, send } = await begin({}, { connections: 1 })
  const controller = new AbortController()
  const entered = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const prepare = async () => {
    entered.resolve()
    await finish.promise
    return messageOf()
  }
  const held = pool.send('a', open, prepare, never)
  await entered.promise
  const [given, waiting] = [send('a', controller.signal), send()]
  controller.abort()
  assert.equal(await given, 'failed at connect: given up')
  finish.resolve()
  assert.deepEqual([(await held).type, await waiting], ['sent', 'accepted 250'])
})

test('our own store fails: nobody is to blame', async () => {
  const { pool, open } = await begin()
  const prepare = () => Promise.reject(new StoreError('unavailable', 'gone'))
  const sent = await pool.send('a', open, prepare, never)
  assert.deepEqual(sent, { type: 'failed', stage: 'content', detail: 'our own store failed (unavailable)' })
})

test('a message that cannot be had costs no connection', async () => {
  const { pool, open, send, server, connections } = await begin()
  const lost = () => Promise.reject(new Error('put on hold'))
  await assert.rejects(pool.send('a', open, lost, never), /put on hold/)
  await send()
  await assert.rejects(pool.send('a', open, lost, never), /put on hold/)
  await pool.close()
  await server.idle()
  assert.equal(connections(), 1)
})

test('at the end every connection is told so, and none is kept', async () => {
  const { pool, send, server, clock } = await begin()
  await send()
  await pool.close()
  await send()
  await server.idle()
  assert.equal(server.heard.filter((line) => line === 'QUIT').length, 2)
  assert.equal(clock.pending, 0)
})
