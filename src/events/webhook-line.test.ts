// Requests to real servers of ours, and to places where none may go.

import assert from 'node:assert/strict'
import dns from 'node:dns'
import { createServer } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { after, test, type TestContext } from 'node:test'
import { answering, ca, openLine, openReceiver, type Answer } from './webhook.fixture.ts'

const receiver = await openReceiver()
const plain = createServer((_, response) => void response.end('plain'))
await once(plain.listen(0, '127.0.0.1'), 'listening')
const plainPort = (plain.address() as AddressInfo).port
const line = openLine()
const closed = openLine([])
after(async () => {
  line.close()
  closed.close()
  plain.close()
  await receiver.close()
})

const request = (url: string) => ({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), ca }) as const
async function ask(url = receiver.url, by = line): Promise<string> {
  const answer = await by.send(request(url))
  return answer.type === 'answer' ? `${answer.status} ${answer.body.length}` : answer.detail
}

const answers: readonly { readonly name: string; readonly answer: Answer; readonly expected: string }[] = [
  { name: 'an answer', answer: answering(200, {}, 'four'), expected: '200 4' },
  { name: 'a redirect', answer: answering(302, { location: 'https://localhost:1/' }), expected: '302 0' },
  { name: 'a long body', answer: answering(200, {}, 'x'.repeat(1_000_000)), expected: '200 16384' },
  {
    name: 'long headers',
    answer: answering(200, { 'x-a': 'x'.repeat(20_000) }),
    expected: 'its answer is no HTTP',
  },
  { name: 'no answer', answer: (response) => response.destroy(), expected: 'the connection failed (ECONNRESET)' },
]
for (const { name, answer, expected } of answers)
  test(`${name}: ${expected}`, async () => {
    receiver.answer(answer)
    assert.equal(await ask(), expected)
  })

test('of a body without an end the beginning is read, and the connection is closed', async () => {
  const left = Promise.withResolvers<void>()
  const endless = new Readable({
    read() {
      this.push('x'.repeat(4096))
    },
  })
  receiver.answer((response) => {
    response.on('close', () => {
      endless.destroy()
      left.resolve()
    })
    endless.pipe(response)
  })
  assert.equal(await ask(), '200 16384')
  await left.promise
})

const dribbles: readonly (readonly [name: string, begin: string])[] = [
  ['a status line that does not end', 'HTTP/1.1 200 '],
  ['headers that do not end', 'HTTP/1.1 200 OK\r\nx-a: b\r\n'],
  ['a body that does not come', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc'],
  ['early hints and nothing more', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)],
]
for (const [name, begin] of dribbles)
  test(`${name}: it did not answer in time`, async () => {
    const impatient = openLine(undefined, 200)
    receiver.answer((response) => void response.socket?.write(begin))
    assert.equal(await ask(receiver.url, impatient), 'it did not answer in time')
    impatient.close()
  })

const nonsense: readonly (readonly [name: string, octets: string, expected: string])[] = [
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n', 'its answer is no HTTP'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 'its answer is no HTTP'],
  ['another protocol', 'HTTP/1.1 101 Go\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', '101 0'],
  ['headers without number', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 'its answer is no HTTP'],
]
for (const [name, octets, expected] of nonsense)
  test(`${name}: ${expected}`, async () => {
    const own = openLine()
    receiver.answer((response) => void response.socket?.write(octets))
    assert.equal(await ask(receiver.url, own), expected)
    own.close()
  })

test('an answer that does not come in time is given up', async () => {
  const impatient = openLine(undefined, 50)
  receiver.answer(() => {})
  assert.equal(await ask(receiver.url, impatient), 'it did not answer in time')
  impatient.close()
})

const PRIVATE = 'its host has a private address, which is not allowed'
const places: readonly (readonly [url: string, expected: string])[] = [
  ['https://127.0.0.1/', PRIVATE],
  ['https://[::1]/', PRIVATE],
  ['https://[::ffff:127.0.0.1]/', PRIVATE],
  ['https://10.1.2.3/', PRIVATE],
  ['https://169.254.169.254/latest', PRIVATE],
  ['https://2130706433/', PRIVATE],
  ['https://localhost/', PRIVATE],
  ['http://localhost/', PRIVATE],
  ['http://93.184.216.34/', 'its address does not begin with https'],
  ['ftp://localhost/', 'its address does not begin with https'],
  ['https://user:password@example.com/', 'its address holds a user name'],
  ['nonsense', 'its address is no URL'],
]
for (const [url, expected] of places)
  test(`nothing is sent to ${url}`, async () => {
    assert.equal(await ask(url, closed), expected)
  })

type Found = (error: null, addresses: readonly { readonly address: string; readonly family: number }[]) => void

/** What every name is answered with from now on. */
function answerNames(t: TestContext, ...addresses: readonly string[]): void {
  const lookup = (_name: string, _options: object, found: Found) =>
    found(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    )
  t.mock.restoreAll()
  t.mock.method(dns, 'lookup', lookup as unknown as typeof dns.lookup)
  syncBuiltinESMExports()
}

test('a name that comes to have a private address after the endpoint has agreed is not followed there', async (t) => {
  const one = openLine(['127.0.0.1/32'])
  // Each request is over a connection of its own.
  receiver.answer(answering(200, { connection: 'close' }))
  answerNames(t, '127.0.0.1')
  assert.equal(await ask(receiver.url, one), '200 0')
  for (const address of ['127.0.0.2', '10.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', '100.64.0.1']) {
    answerNames(t, address)
    assert.equal(await ask(receiver.url, one), PRIVATE)
  }
  answerNames(t, '10.0.0.1', '127.0.0.1')
  assert.equal(await ask(receiver.url, one), '200 0')
  one.close()
  t.mock.restoreAll()
  syncBuiltinESMExports()
})

test('a name is as good as the addresses that it has at that moment', async (t) => {
  answerNames(t, '127.0.0.1')
  const url = receiver.url.replace('localhost', 'rebound.example.test')
  assert.equal(await ask(url, closed), PRIVATE)
  assert.equal(await ask(url), 'the connection failed (ERR_TLS_CERT_ALTNAME_INVALID)')
  t.mock.restoreAll()
  syncBuiltinESMExports()
})

test('without TLS only this machine is spoken to, and only where that is allowed', async () => {
  assert.equal(await ask(`http://localhost:${plainPort}/`), '200 5')
  assert.equal(await ask(`http://127.0.0.1:${plainPort}/`, closed), PRIVATE)
})

test('a server with the certificate of somebody else is not spoken to', async () => {
  receiver.answer(answering(200))
  const answer = await line.send({ method: 'POST', url: receiver.url, headers: {} })
  assert.deepEqual(answer, {
    type: 'failed',
    detail: 'the connection failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
  })
})

test('a kept connection that was closed meanwhile is no failure', async () => {
  receiver.answer((response) => {
    response.shouldKeepAlive = true
    response.writeHead(200, { 'content-length': '0' }).end()
  })
  assert.equal(await ask(), '200 0')
  receiver.dropConnections()
  assert.equal(await ask(), '200 0')
})
