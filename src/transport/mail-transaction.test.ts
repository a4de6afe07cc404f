// One message over one connection, against a server that misbehaves at each stage: what is said of each recipient, and whether the
// connection may be used again. With PIPELINING and without the result is the same, but where a row says otherwise.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { type Act, type Peer, type Script, startScriptedServer } from '../../test/fixtures/scripted-smtp-server.ts'
import { StoreError } from '../storage/store-error.ts'
import { createOpenConnection, openConnection } from './open-connection.ts'
import { BRIEF, contentOf, messageOf, summarise, TEXT, UNHURRIED } from './outgoing-message.fixture.ts'
import type { OutgoingMessage, SmtpConnection } from './smtp-connection.ts'

const never = new AbortController().signal
const HASTY = { ...UNHURRIED, command: BRIEF, dataInitiation: BRIEF, dataBlock: BRIEF, dataTermination: BRIEF }

const close: Act = (peer) => peer.close()
const reset: Act = (peer) => peer.reset()
const silence: Act = (peer) => peer.listen(() => {})
const drip =
  (piece: string): Act =>
  (peer) => {
    peer.listen(() => {})
    peer.drip(piece)
  }
const raw =
  (octets: string): Act =>
  (peer) =>
    peer.write(octets)
/** Says goodbye and goes. */
const leave: Act = (peer) => {
  peer.write('421 4.3.2 later\r\n')
  peer.close()
}

async function openTo(port: number, patience = UNHURRIED): Promise<SmtpConnection> {
  const target = { host: 'mx.example.test', address: '127.0.0.1', port }
  const connection = await openConnection(
    target,
    { clientName: 'us.example.test', tls: { mode: 'never' }, patience },
    never,
  )
  assert(!('type' in connection), JSON.stringify(connection))
  return connection
}

type Outcome = { readonly replies: readonly string[]; readonly usable: boolean; readonly heard: readonly string[] }

async function send(
  script: Script,
  extensions: readonly string[],
  message: OutgoingMessage,
  patience = UNHURRIED,
): Promise<Outcome> {
  const server = await startScriptedServer(script, { extensions })
  const connection = await openTo(server.port, patience)
  try {
    const replies = await connection.send(message, never)
    return { replies: replies.map(summarise), usable: connection.usable, heard: server.heard }
  } finally {
    connection.destroy()
    await server.close()
  }
}

type Row = {
  readonly name: string
  readonly script: Script
  /** For both recipients when there is one. */
  readonly replies: readonly string[]
  readonly usable?: boolean
  readonly hasty?: boolean
  readonly extensions?: readonly string[]
  readonly message?: () => OutgoingMessage
}

const LOST = 'it closed the connection'
const OVERDUE = 'it did not answer in time'
const ODD = 'it gave an answer that does not fit'

const rows: readonly Row[] = [
  { name: 'all is well', script: {}, replies: ['accepted 250'], usable: true },
  {
    name: 'one of two is refused',
    script: { RCPT: ['550 5.1.1 no', '250 yes'] },
    replies: ['refused at rcpt 550', 'accepted 250'],
    usable: true,
  },
  {
    name: 'one of two later',
    script: { RCPT: ['251 forwarded', '450 4.2.1 later'] },
    replies: ['accepted 250', 'refused at rcpt 450'],
    usable: true,
  },

  {
    name: 'MAIL 4xx',
    script: { MAIL: '451 4.3.0 later', RCPT: '503 MAIL first', DATA: '503 MAIL first' },
    replies: ['refused at mail 451'],
    usable: true,
  },
  {
    name: 'MAIL 5xx',
    script: { MAIL: '550 5.7.1 no', RCPT: '503 MAIL first', DATA: '503 MAIL first' },
    replies: ['refused at mail 550'],
    usable: true,
  },
  { name: 'MAIL 421', script: { MAIL: leave }, replies: ['refused at mail 421'] },
  { name: 'MAIL 354', script: { MAIL: '354 go on' }, replies: [`failed at mail 354: ${ODD}`] },
  { name: 'lost at MAIL', script: { MAIL: close }, replies: [`failed at mail: ${LOST}`] },
  { name: 'silence at MAIL', script: { MAIL: silence }, hasty: true, replies: [`failed at mail: ${OVERDUE}`] },
  { name: 'MAIL drips a line', script: { MAIL: drip('2') }, hasty: true, replies: [`failed at mail: ${OVERDUE}`] },
  {
    name: 'MAIL drips lines',
    script: { MAIL: drip('250-a\r\n') },
    hasty: true,
    replies: [`failed at mail: ${OVERDUE}`],
  },
  {
    name: 'MAIL without an end',
    script: { MAIL: raw('250-'.repeat(1000)) },
    replies: ['failed at mail: a line of its reply is too long'],
  },
  {
    name: 'MAIL is a giant',
    script: { MAIL: raw('250-a\r\n'.repeat(200_000)) },
    replies: ['failed at mail: its reply has too many lines'],
  },
  {
    name: 'MAIL is no SMTP',
    script: { MAIL: raw('HTTP/1.1 400 Bad Request\r\n') },
    replies: ['failed at mail: it does not answer with an SMTP reply'],
  },
  {
    name: 'MAIL with two codes',
    script: { MAIL: raw('250-a\r\n550 b\r\n') },
    replies: ['failed at mail: the code changes within its reply'],
  },

  {
    name: 'RCPT 5xx for all',
    script: { RCPT: '550 5.1.1 no', DATA: '554 nobody' },
    replies: ['refused at rcpt 550'],
    usable: true,
  },
  {
    name: 'RCPT 4xx for all',
    script: { RCPT: '450 4.2.0 later', DATA: '554 nobody' },
    replies: ['refused at rcpt 450'],
    usable: true,
  },
  {
    name: 'RCPT 421 at the second',
    script: { RCPT: ['250 yes', leave] },
    replies: [`failed at data 421: ${LOST}`, 'refused at rcpt 421'],
  },
  {
    name: 'RCPT 421 at the first',
    script: { RCPT: [leave] },
    replies: ['refused at rcpt 421', `failed at rcpt 421: ${LOST}`],
  },
  {
    name: 'RCPT 354',
    script: { RCPT: ['550 no', '354 go on'] },
    replies: ['refused at rcpt 550', `failed at rcpt 354: ${ODD}`],
  },
  {
    name: 'lost at the second RCPT',
    script: { RCPT: ['550 5.1.1 no', close] },
    replies: ['refused at rcpt 550', `failed at rcpt: ${LOST}`],
  },
  { name: 'reset at RCPT', script: { RCPT: reset }, replies: [`failed at rcpt: the connection failed (ECONNRESET)`] },
  { name: 'silence at RCPT', script: { RCPT: silence }, hasty: true, replies: [`failed at rcpt: ${OVERDUE}`] },
  {
    name: 'NUL and escapes at RCPT',
    script: { RCPT: ['550 5.1.1 \0\x1b[2J\xff', '250 yes'] },
    replies: ['refused at rcpt 550', 'accepted 250'],
    usable: true,
  },

  { name: 'DATA 4xx', script: { DATA: '451 4.3.0 later' }, replies: ['refused at data 451'], usable: true },
  { name: 'DATA 5xx', script: { DATA: '554 5.7.1 no' }, replies: ['refused at data 554'], usable: true },
  { name: 'DATA 250', script: { DATA: '250 taken' }, replies: [`failed at data 250: ${ODD}`] },
  { name: 'DATA 421', script: { DATA: leave }, replies: ['refused at data 421'] },
  { name: 'lost at DATA', script: { DATA: close }, replies: [`failed at data: ${LOST}`] },
  { name: 'silence at DATA', script: { DATA: silence }, hasty: true, replies: [`failed at data: ${OVERDUE}`] },

  { name: 'the dot 4xx', script: { end: '452 4.3.1 full' }, replies: ['refused at content 452'], usable: true },
  { name: 'the dot 5xx', script: { end: '554 5.6.0 no' }, replies: ['refused at content 554'], usable: true },
  { name: 'the dot 421', script: { end: leave }, replies: ['refused at content 421'] },
  { name: 'the dot 354', script: { end: '354 more' }, replies: [`failed at content 354, ambiguous: ${ODD}`] },
  { name: 'lost at the dot', script: { end: close }, replies: [`failed at content, ambiguous: ${LOST}`] },
  {
    name: 'reset at the dot',
    script: { end: reset },
    replies: ['failed at content, ambiguous: the connection failed (ECONNRESET)'],
  },
  {
    name: 'silence at the dot',
    script: { end: silence },
    hasty: true,
    replies: [`failed at content, ambiguous: ${OVERDUE}`],
  },
  {
    name: 'the dot drips',
    script: { end: drip('250-a\r\n') },
    hasty: true,
    replies: [`failed at content, ambiguous: ${OVERDUE}`],
  },
  {
    name: 'nonsense at the dot',
    script: { end: raw('ok\r\n') },
    replies: ['failed at content, ambiguous: it does not answer with an SMTP reply'],
  },
  {
    name: 'half a reply at the dot',
    script: {
      end: (peer) => {
        peer.write('250 2.0.')
        peer.close()
      },
    },
    replies: [`failed at content, ambiguous: ${LOST}`],
  },
  {
    name: 'one recipient refused, then lost at the dot',
    script: { RCPT: ['550 no', '250 yes'], end: close },
    replies: ['refused at rcpt 550', `failed at content, ambiguous: ${LOST}`],
  },
  {
    name: 'content that may not be sent',
    script: {},
    message: () => messageOf({ content: contentOf('a\nb\r\n') }),
    replies: ['unfit 5.6.11'],
  },
  {
    name: 'content that cannot be read',
    script: {},
    message: () => messageOf({ content: broken() }),
    replies: ['failed at content: our own store failed (unavailable)'],
  },
]

function broken() {
  async function* octets() {
    await Promise.resolve()
    yield Buffer.from('Subject: half')
    throw new StoreError('unavailable', 'gone')
  }
  return contentOf('', { octets: octets() })
}

for (const pipelining of [true, false])
  for (const { name, script, replies, usable = false, hasty = false, message = messageOf } of rows)
    test(`${name}, ${pipelining ? 'with' : 'without'} PIPELINING`, async () => {
      const extensions = pipelining ? ['PIPELINING'] : []
      const outcome = await send(script, extensions, message(), hasty ? HASTY : UNHURRIED)
      const expected = replies.length === 1 ? [...replies, ...replies] : replies
      assert.deepEqual([outcome.replies, outcome.usable], [expected, usable])
      // Unless the dot was answered, it cannot have been understood as an end by anybody.
      if (!('end' in script) && !outcome.replies.includes('accepted 250'))
        assert.equal(
          outcome.heard.find((line) => line.startsWith('Subject')),
          undefined,
        )
    })

test('refused by all, no content is sent whatever DATA says', async () => {
  const outcome = await send({ RCPT: '550 5.1.1 no' }, ['PIPELINING'], messageOf())
  assert.deepEqual([outcome.replies, outcome.usable], [['refused at rcpt 550', 'refused at rcpt 550'], false])
  assert.equal(outcome.heard.at(-1), 'DATA')
})

test('after a refused MAIL nothing more is said, unless it was said already', async () => {
  const { heard } = await send({ MAIL: '550 5.7.1 no' }, [], messageOf())
  assert.equal(heard.at(-1), 'MAIL FROM:<a@example.test>')
})

test('a refused MAIL counts, whatever the rest of the group is told', async () => {
  const outcome = await send({ MAIL: '550 5.7.1 no' }, ['PIPELINING'], messageOf())
  assert.deepEqual([outcome.replies, outcome.usable], [['refused at mail 550', 'refused at mail 550'], false])
})

const unasked: Act = (peer: Peer) =>
  peer.write('250 sender ok\r\n250 recipient ok\r\n250 recipient ok\r\n354 go on\r\n250 taken\r\n')
test('a reply to the dot before the dot is no reply', async () => {
  const outcome = await send({ MAIL: unasked, RCPT: silence, DATA: silence }, ['PIPELINING'], messageOf())
  assert.deepEqual(outcome.replies, Array(2).fill('failed at content 250: it spoke out of turn'))
})

const LARGE = contentOf(`Subject: large\r\n\r\n${'0123456789abcde\r\n'.repeat(500_000)}`)

test('a server that closes in the middle has no message', async () => {
  const act: Act = (peer) => {
    peer.write('354 go on\r\n')
    peer.listen(() => peer.close())
  }
  const { replies } = await send({ DATA: act }, [], messageOf({ to: ['b@example.test'], content: LARGE }))
  assert.match(replies[0] ?? '', /^failed at content: (it closed|the connection failed)/)
})

test('a server that closes before the dot was sent has no message, although all else was', async () => {
  const act: Act = (peer) => {
    peer.write('354 go on\r\n')
    peer.listen(() => peer.close())
  }
  const server = await startScriptedServer({ DATA: act })
  const connection = await openTo(server.port)
  async function* octets() {
    yield Buffer.from(TEXT)
    while (connection.usable) await new Promise((resolve) => setImmediate(resolve))
  }
  const message = messageOf({ content: contentOf(TEXT, { octets: octets() }) })
  const replies = await connection.send(message, never)
  assert.deepEqual(replies.map(summarise), Array(2).fill(`failed at content: ${LOST}`))
  await server.close()
})

test('a refusal in the middle is one', async () => {
  const act: Act = (peer) => {
    peer.write('354 go on\r\n')
    peer.socket.once('data', () => peer.write('552 5.3.4 too large\r\n'))
    peer.listen(() => {})
  }
  const message = messageOf({ to: ['b@example.test'], content: contentOf('0123456789abcde\r\n'.repeat(500_000)) })
  assert.deepEqual((await send({ DATA: act }, [], message)).replies, ['refused at content 552'])
})

test('a server that takes no content is given up', async () => {
  const act: Act = (peer) => {
    peer.write('354 go on\r\n')
    peer.socket.pause()
  }
  const message = messageOf({ to: ['b@example.test'], content: contentOf('0123456789abcde\r\n'.repeat(2_000_000)) })
  const { replies } = await send({ DATA: act }, [], message, HASTY)
  assert.deepEqual(replies, ['failed at content: it did not take the content in time'])
})

const WIRE = `${TEXT.replace('.hello', '..hello')}.\r\n`
for (let octets = WIRE.length - 3; octets <= WIRE.length; octets++)
  for (const end of ['close', 'reset'] as const)
    test(`lost after ${octets - WIRE.length + 3} octets of the end, ${end}`, async () => {
      let read = 0
      const act: Act = (peer) => {
        peer.write('354 go on\r\n')
        peer.listen((piece) => {
          read += piece.length
          if (read >= octets) peer[end]()
        })
      }
      const { replies, usable } = await send({ DATA: act }, [], messageOf({ to: ['b@example.test'] }))
      assert.match(replies[0] ?? '', /^failed at content, ambiguous: (it closed|the connection failed)/)
      assert.equal(usable, false)
    })

const eightBit = () => messageOf({ content: contentOf('Subject: a\r\n\r\nü\r\n', { body8bit: true }) })
const utf8 = () => messageOf({ content: contentOf('Subject: ü\r\n\r\n', { header8bit: true }) })
const secret = () => messageOf({ parameters: { requireTls: true } })
const fitness: readonly (readonly [string, readonly string[], () => OutgoingMessage, readonly string[], string])[] = [
  ['8-bit content without 8BITMIME', [], eightBit, ['unfit 5.6.3', 'unfit 5.6.3'], ''],
  [
    '8-bit content',
    ['8BITMIME'],
    eightBit,
    ['accepted 250', 'accepted 250'],
    'MAIL FROM:<a@example.test> BODY=8BITMIME',
  ],
  ['8-bit header without SMTPUTF8', ['8BITMIME'], utf8, ['unfit 5.6.7', 'unfit 5.6.7'], ''],
  [
    '8-bit header',
    ['8BITMIME', 'SMTPUTF8'],
    utf8,
    ['accepted 250', 'accepted 250'],
    'MAIL FROM:<a@example.test> BODY=8BITMIME SMTPUTF8',
  ],
  [
    'an address without SMTPUTF8',
    [],
    () => messageOf({ to: ['ü@example.test', 'c@example.test'] }),
    ['unfit 5.6.7', 'accepted 250'],
    'MAIL FROM:<a@example.test>',
  ],
  [
    'an address',
    ['SMTPUTF8'],
    () => messageOf({ to: ['ü@example.test', 'c@example.test'] }),
    ['accepted 250', 'accepted 250'],
    'MAIL FROM:<a@example.test> SMTPUTF8',
  ],
  ['a domain', [], () => messageOf({ to: ['b@bücher.test'] }), ['accepted 250'], 'MAIL FROM:<a@example.test>'],
  [
    'a sender without SMTPUTF8',
    [],
    () => messageOf({ reversePath: 'ü@example.test' }),
    ['unfit 5.6.7', 'unfit 5.6.7'],
    '',
  ],
  ['no addresses at all', [], () => messageOf({ to: ['b@example.test>\r\nDATA'] }), ['unfit 5.1.3'], ''],
  ['no sender at all', [], () => messageOf({ reversePath: 'a> SIZE=1' }), ['unfit 5.1.7', 'unfit 5.1.7'], ''],
  ['too large', ['SIZE 10'], () => messageOf(), ['unfit 5.3.4', 'unfit 5.3.4'], ''],
  [
    'of a size',
    ['SIZE 1000'],
    () => messageOf(),
    ['accepted 250', 'accepted 250'],
    `MAIL FROM:<a@example.test> SIZE=${TEXT.length}`,
  ],
  [
    'of a size without a limit',
    ['SIZE'],
    () => messageOf(),
    ['accepted 250', 'accepted 250'],
    `MAIL FROM:<a@example.test> SIZE=${TEXT.length}`,
  ],
  ['REQUIRETLS in the clear', ['REQUIRETLS'], secret, ['unfit 5.7.30', 'unfit 5.7.30'], ''],
  [
    'a report that asks for REQUIRETLS, in the clear',
    ['REQUIRETLS'],
    () => messageOf({ reversePath: '', parameters: { requireTls: true } }),
    ['accepted 250', 'accepted 250'],
    'MAIL FROM:<>',
  ],
  ['the null reverse-path', [], () => messageOf({ reversePath: '' }), ['accepted 250', 'accepted 250'], 'MAIL FROM:<>'],
]

for (const [name, extensions, message, replies, mail] of fitness)
  test(`${name}, offered ${extensions.join(' ') || 'nothing'}`, async () => {
    const outcome = await send({}, extensions, message())
    assert.deepEqual([outcome.replies, outcome.usable], [replies, true])
    assert.equal(outcome.heard.find((line) => line.startsWith('MAIL')) ?? '', mail)
  })

test('a domain leaves in its ASCII form', async () => {
  const { heard } = await send({}, [], messageOf({ to: ['b@bücher.test'] }))
  assert(heard.includes('RCPT TO:<b@xn--bcher-kva.test>'))
})

test('what is not ended is reset before the next message, and what is ended is not', async () => {
  const server = await startScriptedServer({ RCPT: ['550 no', '550 no', '250 yes'] }, {})
  const connection = await openTo(server.port)
  for (let count = 0; count < 3; count++) await connection.send(messageOf(), never)
  assert.deepEqual(
    server.heard.map((line) => line.split(/[ :]/)[0]),
    [
      'EHLO',
      'MAIL',
      'RCPT',
      'RCPT',
      'RSET',
      'MAIL',
      'RCPT',
      'RCPT',
      'DATA',
      'Subject',
      'MAIL',
      'RCPT',
      'RCPT',
      'DATA',
      'Subject',
    ],
  )
  assert.equal(connection.messages, 3)
  await connection.close()
  assert.equal(server.heard.at(-1), 'QUIT')
  await server.close()
})

test('content arrives as it is, and a dot in it is a dot', async () => {
  const { heard } = await send({}, [], messageOf())
  assert.equal(heard.at(-1), TEXT.replace('.hello', '..hello'))
})

test('a signal in the middle ends it at once', async () => {
  const controller = new AbortController()
  const server = await startScriptedServer({ end: () => controller.abort() })
  const connection = await openTo(server.port)
  const replies = await connection.send(messageOf(), controller.signal)
  assert.deepEqual(replies.map(summarise), Array(2).fill('failed at content, ambiguous: given up'))
  assert.equal(connection.usable, false)
  await server.close()
})

test('a server that closes between messages', async () => {
  const server = await startScriptedServer({
    end: (peer) => {
      peer.write('250 taken\r\n421 4.4.2 idle\r\n')
      peer.close()
    },
  })
  const connection = await openTo(server.port)
  assert.deepEqual((await connection.send(messageOf(), never)).map(summarise), Array(2).fill('accepted 250'))
  await server.idle()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(connection.usable, false)
  assert.match(summarise((await connection.send(messageOf(), never))[0] ?? assert.fail()), /^failed at mail 421/)
  await server.close()
})

test('recipients answered one by one, each in time, do not make a message last for hours', async () => {
  const clock = new ManualClock()
  const slowly: Act = (peer) => {
    clock.advance(900)
    peer.write('250 2.1.5 ok\r\n')
  }
  const server = await startScriptedServer({ RCPT: slowly })
  const target = { host: 'mx.example.test', address: '127.0.0.1', port: server.port }
  const options = {
    clientName: 'us.example.test',
    tls: { mode: 'never' },
    patience: { ...UNHURRIED, command: 1000 },
  } as const
  const connection = await createOpenConnection(clock)(target, options, never)
  assert(!('type' in connection))
  const to = Array.from({ length: 9 }, (_, index) => `r${index}@example.test`)
  const replies = await connection.send(messageOf({ to }), never)
  assert.deepEqual(new Set(replies.map(summarise)), new Set(['failed at rcpt: it did not answer in time']))
  await server.close()
})
