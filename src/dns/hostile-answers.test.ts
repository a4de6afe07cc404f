// Answers that no decent server gives: forged, truncated, endless, wrong, or none. Each ends in an outcome, within bounds, and the true
// answer behind them is still taken. RFC 5452 §9.

import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Answer, decode, encode, type Packet, TRUNCATED_RESPONSE, RECURSION_AVAILABLE } from 'dns-packet'
import type { DnsOutcome } from './dns.ts'
import { createPacketResolver } from './packet-resolver.ts'

type Script = {
  /** The datagrams that a query is answered with. */
  readonly datagrams?: (query: Packet, octets: Buffer) => readonly Buffer[]
  /** Called with what came over TCP, its length first. */
  readonly tcp?: (socket: Socket, octets: Buffer) => void
}

/** Both doors on one port; what was asked is kept. */
async function openServer(context: TestContext, { datagrams = () => [], tcp = () => {} }: Script) {
  const asked: Packet[] = []
  const peers: RemoteInfo[] = []
  const stream = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (octets: Buffer) => tcp(socket, octets))
    context.after(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(stream, 'listening')
  const { port } = stream.address() as { port: number }
  const socket = createSocket('udp4').bind(port, '127.0.0.1')
  await once(socket, 'listening')
  socket.on('message', (octets, peer) => {
    asked.push(decode(octets))
    peers.push(peer)
    for (const datagram of datagrams(decode(octets), octets)) socket.send(datagram, peer.port, peer.address)
  })
  context.after(() => {
    socket.close()
    stream.close()
  })
  return { server: `127.0.0.1:${port}`, asked, peers, socket }
}

const text = (name: string, data: string): Answer => ({ type: 'TXT', name, class: 'IN', ttl: 1, data })
const NAME = 'contoso.test'

function answering(query: Packet, packet: Packet & { readonly rcode?: number }): Buffer {
  const { flags = 0, rcode = 0, ...others } = packet
  return encode({
    type: 'response',
    ...(query.id !== undefined && { id: query.id }),
    ...(query.questions && { questions: query.questions }),
    flags: flags | RECURSION_AVAILABLE | rcode,
    ...others,
  })
}
const truly = (query: Packet) => answering(query, { answers: [text(NAME, 'true')] })

const found = (...records: string[]) => ({ type: 'found', records, secure: false })
const NONE = { type: 'none', secure: false }
const NO_ANSWER = 'what came from the DNS server was no answer to the question'
const SILENCE = 'no DNS server answered in time'
const unavailable = (detail: string) => ({ type: 'unavailable', detail })

const otherType: Answer = { type: 'A', name: NAME, class: 'IN', ttl: 1, data: '127.0.0.1' }
const alias = (name: string, data: string): Answer => ({ type: 'CNAME', name, class: 'IN', ttl: 1, data })
const chain = (length: number) =>
  Array.from({ length }, (_, index) => alias(index === 0 ? NAME : `n${index}.test`, `n${index + 1}.test`))

const forged: readonly [string, (query: Packet) => Buffer][] = [
  ['another id', (query) => answering(query, { id: ((query.id ?? 0) + 1) & 0xffff, answers: [text(NAME, 'forged')] })],
  [
    'another name',
    (query) => answering(query, { questions: [{ type: 'TXT', name: 'evil.test' }], answers: [text(NAME, 'forged')] }),
  ],
  [
    'another type',
    (query) => answering(query, { questions: [{ type: 'MX', name: NAME }], answers: [text(NAME, 'forged')] }),
  ],
  ['no question', (query) => answering(query, { questions: [], answers: [text(NAME, 'forged')] })],
  ['a query', (query) => encode({ ...query, type: 'query', answers: [text(NAME, 'forged')] })],
  ['nothing', () => Buffer.alloc(0)],
  ['eleven octets', () => Buffer.alloc(11, 0xff)],
  ['only ones', () => Buffer.alloc(512, 0xff)],
  ['an answer cut off', (query) => truly(query).subarray(0, -3)],
  [
    'a name that points at itself',
    (query) => {
      const octets = truly(query)
      octets.writeUInt16BE(0xc000 | (octets.length - 17), octets.length - 17)
      return octets
    },
  ],
  [
    'sixty thousand records promised',
    (query) => {
      const octets = truly(query)
      octets.writeUInt16BE(60_000, 6)
      return octets
    },
  ],
]
for (const [name, forge] of forged) {
  test(`${name}: passed over, and the true answer behind it is taken`, async (context) => {
    const { server } = await openServer(context, { datagrams: (query) => [forge(query), truly(query)] })
    assert.deepEqual(await createPacketResolver({ servers: [server] }).resolveTxt(NAME), found('true'))
  })
  test(`${name}: alone, no answer`, async (context) => {
    const { server } = await openServer(context, { datagrams: (query) => [forge(query)] })
    const outcome = await createPacketResolver({ servers: [server], timeout: 20 }).resolveTxt(NAME)
    assert.deepEqual(outcome, unavailable(NO_ANSWER))
  })
}

test('a flood of garbage ends before the time is up', async (context) => {
  const { server } = await openServer(context, { datagrams: () => Array.from({ length: 100 }, () => Buffer.of(1)) })
  const outcome = await createPacketResolver({ servers: [server], timeout: 100_000 }).resolveTxt(NAME)
  assert.deepEqual(outcome, unavailable(NO_ANSWER))
})

test('whoever else sends to the port is not heard', async (context) => {
  const stranger = createSocket('udp4').bind(0, '127.0.0.1')
  await once(stranger, 'listening')
  context.after(() => stranger.close())
  const { server, peers, socket } = await openServer(context, {
    datagrams(query) {
      const peer = peers.at(-1)
      assert(peer)
      const own = truly(query)
      const forged = answering(query, { answers: [text(NAME, 'forged')] })
      stranger.send(forged, peer.port, peer.address, () => socket.send(own, peer.port, peer.address))
      return []
    },
  })
  assert.deepEqual(await createPacketResolver({ servers: [server] }).resolveTxt(NAME), found('true'))
})

const contents: readonly [string, readonly Answer[], DnsOutcome<string>['type'], readonly string[]][] = [
  ["another name's record beside ours", [text('evil.test', 'no'), text(NAME, 'yes')], 'found', ['yes']],
  ["only another name's record", [text('evil.test', 'no')], 'none', []],
  ['only another type', [otherType], 'none', []],
  ['another class', [{ type: 'TXT', name: NAME, class: 'CH', ttl: 1, data: 'no' }], 'none', []],
  ['the name in capitals', [text(NAME.toUpperCase(), 'yes')], 'found', ['yes']],
  ['an alias', [text('b.test', 'yes'), alias(NAME, 'B.test')], 'found', ['yes']],
  ['a chain of aliases', [...chain(16), text('n16.test', 'yes')], 'found', ['yes']],
  ['a chain too long', [...chain(17), text('n17.test', 'no')], 'none', []],
  ['an alias of itself', [alias(NAME, NAME)], 'none', []],
  ['aliases in a circle', [alias(NAME, 'b.test'), alias('b.test', NAME)], 'none', []],
  ['octets that are no text', [text(NAME, '\u00e4\0')], 'found', ['\u00c3\u00a4\0']],
]
for (const [name, answers, type, records] of contents)
  test(`an answer with ${name}`, async (context) => {
    const { server } = await openServer(context, {
      datagrams: (query) => [answering(query, { answers: [...answers] })],
    })
    const outcome = await createPacketResolver({ servers: [server] }).resolveTxt(NAME)
    assert.equal(outcome.type, type)
    assert.deepEqual(outcome.type === 'found' ? outcome.records : [], records)
  })

test('names come out printable, and the root is empty', async (context) => {
  const exchange = (data: string): Answer => ({
    type: 'MX',
    name: NAME,
    class: 'IN',
    ttl: 1,
    data: { preference: 1, exchange: data },
  })
  const { server } = await openServer(context, {
    datagrams: (query) => [answering(query, { answers: [exchange('a\u001b[2J b.test'), exchange('.')] })],
  })
  const outcome = await createPacketResolver({ servers: [server] }).resolveMx(NAME)
  assert(outcome.type === 'found')
  assert.deepEqual(
    outcome.records.map((record) => record.exchange),
    ['a?[2J?b.test', ''],
  )
})

test('a server that neither knows nor asks others has not said that there is none', async (context) => {
  const { server } = await openServer(context, {
    datagrams: (query) => [encode({ type: 'response', id: query.id ?? 0, questions: query.questions ?? [] })],
  })
  const outcome = await createPacketResolver({ servers: [server] }).resolveTxt(NAME)
  assert.deepEqual(outcome, unavailable('the DNS server gave no answer (no recursion)'))
})

test('a server that does not know EDNS is asked without', async (context) => {
  const { server, asked } = await openServer(context, {
    datagrams: (query) => [
      query.additionals?.length ? encode({ type: 'response', id: query.id ?? 0, flags: 1 }) : truly(query),
    ],
  })
  assert.deepEqual(await createPacketResolver({ servers: [server] }).resolveTxt(NAME), found('true'))
  assert.deepEqual(
    asked.map(({ additionals }) => additionals?.length),
    [1, 0],
  )
})

const framed = (message: Buffer) => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
const cutShort = (query: Packet) => [answering(query, { flags: TRUNCATED_RESPONSE, answers: [text(NAME, 'cut')] })]
const texts = Array.from({ length: 230 }, (_, index) => String(index).padEnd(250, 'x'))
const streams: readonly [string, (query: Packet, socket: Socket) => void, object][] = [
  ['the whole answer', (query, socket) => socket.write(framed(truly(query))), found('true')],
  [
    'the answer drop by drop',
    (query, socket) => {
      for (const octet of framed(truly(query))) socket.write(Buffer.of(octet))
    },
    found('true'),
  ],
  [
    'sixty thousand octets',
    (query, socket) => socket.write(framed(answering(query, { answers: texts.map((one) => text(NAME, one)) }))),
    found(...texts),
  ],
  [
    'an answer with more behind it',
    (query, socket) => socket.write(Buffer.concat([framed(truly(query)), Buffer.alloc(200_000, 1)])),
    found('true'),
  ],
  ['half of it', (query, socket) => socket.end(framed(truly(query)).subarray(0, 20)), hungUp()],
  ['nothing, and the end', (_, socket) => socket.end(), hungUp()],
  ['nothing, and a reset', (_, socket) => socket.resetAndDestroy(), unavailable('the DNS query failed (ECONNRESET)')],
  ['nothing at all', () => {}, unavailable(SILENCE)],
  ['garbage', (_, socket) => socket.write(framed(Buffer.alloc(40, 0xff))), unavailable(NO_ANSWER)],
  [
    'cut short again',
    (query, socket) => socket.write(framed(cutShort(query)[0] ?? Buffer.alloc(0))),
    unavailable('the DNS server cut its answer short'),
  ],
  [
    'more records than are read',
    (query, socket) => {
      const records = Array.from({ length: 600 }, () => text(NAME, 'x'))
      socket.write(framed(answering(query, { answers: records })))
    },
    unavailable(NO_ANSWER),
  ],
  ["another's answer", (query, socket) => socket.write(framed(answering(query, { id: 1 }))), unavailable(NO_ANSWER)],
]
function hungUp() {
  return unavailable('the DNS server hung up')
}
for (const [name, send, expected] of streams)
  test(`over TCP: ${name}`, async (context) => {
    const { server } = await openServer(context, {
      datagrams: cutShort,
      tcp: (socket, octets) => send(decode(octets.subarray(2)), socket),
    })
    // Ids that are not 1.
    const random = (size: number) => Buffer.alloc(size, 7)
    const outcome = await createPacketResolver({ servers: [server], timeout: 200, random }).resolveTxt(NAME)
    assert.deepEqual(outcome, expected)
  })

test('the next server is asked, and then first', async (context) => {
  const silent = await openServer(context, {})
  const failing = await openServer(context, { datagrams: (query) => [answering(query, { rcode: 2 })] })
  const good = await openServer(context, { datagrams: (query) => [truly(query)] })
  const servers = [silent.server, failing.server, good.server]
  const resolver = createPacketResolver({ servers, timeout: 300 })
  assert.deepEqual(await resolver.resolveTxt(NAME), found('true'))
  assert.deepEqual(await resolver.resolveTxt(NAME), found('true'))
  assert.deepEqual(
    [silent, failing, good].map(({ asked }) => asked.length),
    [1, 1, 2],
  )
})

test('with many silent servers the time of one lookup is bounded', async (context) => {
  const silent = await openServer(context, {})
  const waits: number[] = []
  const clock = {
    now: () => 0,
    after(delay: number, run: () => void) {
      waits.push(delay)
      const timer = setTimeout(run, delay)
      return () => clearTimeout(timer)
    },
  }
  const servers = Array.from({ length: 50 }, () => silent.server)
  const outcome = await createPacketResolver({ servers, timeout: 10, clock }).resolveTxt(NAME)
  assert.deepEqual(outcome, unavailable(SILENCE))
  assert.equal(waits[0], 50)
  assert(silent.asked.length <= 6)
})

test('every query has its own port and id', async (context) => {
  const { server, asked, peers } = await openServer(context, { datagrams: (query) => [truly(query)] })
  const resolver = createPacketResolver({ servers: [server] })
  for (let count = 0; count < 20; count += 1) await resolver.resolveTxt(NAME)
  const ports = new Set(peers.map(({ port }) => port))
  const ids = new Set(asked.map(({ id }) => id))
  assert(ports.size > 10, `${ports.size} ports`)
  assert(ids.size > 10, `${ids.size} ids`)
})

test('what no query could hold is asked of nobody', async (context) => {
  const { server, asked } = await openServer(context, { datagrams: (query) => [truly(query)] })
  const resolver = createPacketResolver({ servers: [server] })
  const names = ['', '.', 'a..test', 'a b.test', 'a\0.test', `${'a'.repeat(64)}.test`, `${'a.'.repeat(127)}a`, 'ä.test']
  for (const name of names) assert.deepEqual(await resolver.resolveTxt(name), NONE, name)
  assert.equal(asked.length, 0)
})
