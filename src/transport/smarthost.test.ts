// Which host takes the mail, what a host that cannot be used costs, and what credentials may do.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { temporaryDirectory } from '../../test/fixtures/quickstart-service.ts'
import {
  createTestAuthority,
  findDeadPort,
  type Script,
  type ScriptedServer,
  type ServerOptions,
  startScriptedServer,
} from '../../test/fixtures/scripted-smtp-server.ts'
import type { Claim } from '../spool/spool.ts'
import type { AccessTokenSource, TokenOutcome } from './access-token-source.ts'
import { createFakeDns } from './fake-dns.fixture.ts'
import { openConnection } from './open-connection.ts'
import { contentOf, eightBitShipment, recipientsOf, TEXT, UNHURRIED } from './outgoing-message.fixture.ts'
import { createSmarthostTransport, type SmarthostSettings } from './smarthost.ts'
import type { Shipment, Transport } from './transport.ts'

const { ca, secureContext } = await createTestAuthority(['relay.example.test'])
const never = new AbortController().signal
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const resolver = createFakeDns({
  'relay.example.test': { addresses: ['127.0.0.1'] },
  'two.example.test': { addresses: ['127.0.0.2', '127.0.0.1'] },
  'twice.example.test': { addresses: ['127.0.0.1', '127.0.0.1'] },
  'away.example.test': { unavailable: ['A'] },
})

async function server(script: Script = {}, options: ServerOptions = {}): Promise<ScriptedServer> {
  const started = await startScriptedServer(script, options)
  opened.push(started)
  return started
}

const lookUpAddresses = async (host: string) =>
  host === 'hosts-file' ? ['127.0.0.1'] : Promise.reject(new Error('getaddrinfo ENOTFOUND'))

function transportTo(hosts: SmarthostSettings['hosts'], settings: Partial<SmarthostSettings> = {}) {
  const clock = new ManualClock()
  const transport = createSmarthostTransport(
    {
      name: 'relay',
      hosts,
      tls: 'never',
      connections: 2,
      messagesPerConnection: 10,
      idle: 5000,
      patience: UNHURRIED,
      ...settings,
    },
    { openConnection, resolver, lookUpAddresses, clock, clientName: 'us.example.test' },
  )
  opened.push({ close: async () => transport.close?.() })
  return { transport, clock }
}

function shipmentTo(...paths: readonly string[]): Shipment {
  const recipients = recipientsOf(...paths)
  const claim = { envelope: { reversePath: 'a@example.test', parameters: {} }, recipients } as unknown as Claim
  return { claim, recipients, open: () => Promise.resolve(contentOf(TEXT)) }
}

/** A line per recipient. */
async function deliver(transport: Transport, ...paths: readonly string[]): Promise<readonly string[]> {
  const shipment = shipmentTo(...(paths.length > 0 ? paths : ['b@example.test']))
  const outcomes = await transport.deliver(shipment, never)
  assert.deepEqual(
    outcomes.map(({ index }) => index),
    shipment.recipients.map(({ index }) => index),
  )
  return outcomes.map(({ status, enhancedStatusCode, tryNext }) =>
    [status, enhancedStatusCode, ...(tryNext === true ? ['try next'] : [])].join(' '),
  )
}

const at = (port: number, host = 'relay.example.test') => ({ host, port })

test('every recipient has what the server said of it', async () => {
  const { port } = await server({ RCPT: ['250 2.1.5 ok', '550 5.1.1 no', '450 4.2.1 later'] })
  const { transport } = transportTo([at(port)])
  assert.deepEqual(await deliver(transport, 'b@example.test', 'c@example.test', 'd@example.test'), [
    'delivered 2.0.0',
    'failed 5.1.1',
    'deferred 4.2.1',
  ])
})

test('without 8BITMIME a message leaves in 7 bits, and comes back where it cannot be written so', async () => {
  const [narrow, wide] = [await server(), await server({}, { extensions: ['8BITMIME'] })]
  for (const { port, heard } of [narrow, wide]) {
    const { transport } = transportTo([at(port)])
    const outcomes = await Promise.all(
      [true, false].map((isConvertible) =>
        transport.deliver(eightBitShipment(shipmentTo('b@example.test'), isConvertible), never),
      ),
    )
    const isNarrow = port === narrow.port
    assert.deepEqual(
      outcomes.flat().map(({ enhancedStatusCode }) => enhancedStatusCode),
      ['2.0.0', isNarrow ? '5.6.3' : '2.0.0'],
    )
    assert.equal(heard.filter((line) => line.includes('in 7 bits')).length, isNarrow ? 1 : 0)
    assert.equal(
      heard.filter((line) => line.startsWith('MAIL') && line.includes('BODY=8BITMIME')).length,
      isNarrow ? 0 : 2,
    )
  }
})

const unusable: readonly (readonly [name: string, Script])[] = [
  ['greets 4xx', { greeting: '450 later' }],
  ['greets 5xx', { greeting: '554 no' }],
  ['closes at once', { greeting: (peer) => peer.close() }],
  ['refuses EHLO', { EHLO: '450 later' }],
  ['leaves at MAIL', { MAIL: '421 4.3.2 later' }],
  ['is lost at DATA', { DATA: (peer) => peer.close() }],
]

for (const [name, script] of unusable)
  test(`a host that ${name} is passed over, and the next one is asked first for a while`, async () => {
    const [first, second] = [await server(script), await server()]
    const { transport, clock } = transportTo([at(first.port), at(second.port)])
    assert.deepEqual(await deliver(transport), ['delivered 2.0.0'])
    assert.deepEqual(await deliver(transport), ['delivered 2.0.0'])
    assert.deepEqual([first.connections, second.connections], [1, 1])
    clock.advance(300_000)
    await deliver(transport)
    assert.equal(first.connections, 2)
  })

test('a host that is not there, one without a name, and one whose name cannot be asked for', async () => {
  const last = await server()
  const dead = await findDeadPort()
  const hosts = [at(dead), at(dead, 'nobody.example.test'), at(dead, 'away.example.test'), at(last.port)]
  assert.deepEqual(await deliver(transportTo(hosts).transport), ['delivered 2.0.0'])
  assert.deepEqual(await deliver(transportTo(hosts.slice(0, 3)).transport), ['deferred 4.4.1 try next'])
})

test('the next address of a host, and `localhost` and addresses without the DNS', async () => {
  const { port } = await server()
  for (const host of ['two.example.test', 'localhost', '127.0.0.1'])
    assert.deepEqual(await deliver(transportTo([at(port, host)]).transport), ['delivered 2.0.0'])
})

test('a name that only the machine knows', async () => {
  const { port } = await server()
  assert.deepEqual(await deliver(transportTo([at(port, 'hosts-file')]).transport), ['delivered 2.0.0'])
})

test('every address of a host that refuses us is asked, once; after a refused password none', async () => {
  const refusing = await server({ greeting: ['554 no', '220 yes'] })
  const { transport } = transportTo([at(refusing.port, 'twice.example.test')], { tls: 'opportunistic' })
  assert.deepEqual([await deliver(transport), refusing.connections], [['delivered 2.0.0'], 2])
  const locked = await server({ AUTH: ['454 4.7.0 later', '535 5.7.8 no'] }, { extensions: ['AUTH PLAIN'] })
  const second = transportTo([at(locked.port, 'twice.example.test')], { credentials })
  assert.deepEqual([await deliver(second.transport), locked.connections], [['deferred 4.7.8 try next'], 1])
})

test('who was refused or delivered by one host is not offered to the next', async () => {
  const first = await server({ RCPT: ['550 5.1.1 no', '421 4.3.2 later'] })
  const second = await server()
  const { transport } = transportTo([at(first.port), at(second.port)])
  assert.deepEqual(await deliver(transport, 'b@example.test', 'c@example.test'), ['failed 5.1.1', 'delivered 2.0.0'])
  assert.deepEqual(
    second.heard.filter((line) => line.startsWith('RCPT')),
    ['RCPT TO:<c@example.test>'],
  )
})

test('what one host cannot carry another may', async () => {
  const [first, second] = [await server(), await server({}, { extensions: ['SMTPUTF8'] })]
  assert.deepEqual(await deliver(transportTo([at(first.port)]).transport, 'ü@example.test'), ['failed 5.6.7 try next'])
  const { transport } = transportTo([at(first.port), at(second.port)])
  assert.deepEqual(await deliver(transport, 'ü@example.test'), ['delivered 2.0.0'])
})

test('what may have been taken is offered to nobody else', async () => {
  const [first, second] = [await server({ end: (peer) => peer.close() }), await server()]
  const { transport } = transportTo([at(first.port), at(second.port)])
  assert.deepEqual(await deliver(transport), ['deferred 4.4.2'])
  assert.equal(second.connections, 0)
})

const STARTTLS: ServerOptions = { extensions: ['STARTTLS', 'AUTH PLAIN XOAUTH2'], secureContext }
const broken: Script = {
  STARTTLS: (peer) => {
    peer.write('220 go on\r\n')
    peer.listen(() => peer.close())
  },
}

function caFile(context: Parameters<typeof temporaryDirectory>[0]): string {
  const file = join(temporaryDirectory(context), 'ca.pem')
  writeFileSync(file, ca)
  return file
}

test('broken TLS is worse than none where anything will do', async () => {
  const { port, heard } = await server(broken, STARTTLS)
  assert.deepEqual(await deliver(transportTo([at(port)], { tls: 'opportunistic' }).transport), ['delivered 2.0.0'])
  assert(heard.includes('STARTTLS'))
})

test('… but a server that refuses us is not asked again in the clear', async () => {
  const refusing = await server({ greeting: '554 no' }, STARTTLS)
  const { transport } = transportTo([at(refusing.port)], { tls: 'opportunistic' })
  assert.deepEqual([await deliver(transport), refusing.connections], [['deferred 4.0.0 try next'], 1])
})

test('… and not where it is required', async (context) => {
  const { port, heard } = await server(broken, STARTTLS)
  const settings = { tls: 'required', caFile: caFile(context) } as const
  assert.deepEqual(await deliver(transportTo([at(port)], settings).transport), ['deferred 4.7.5 try next'])
  assert.equal(heard.length, 2)
})

const credentials = { type: 'password', username: 'us', password: { text: 'hunter22' } } as const

test('… nor where there is a password, which goes to nobody who is not checked', async (context) => {
  const { port, heard } = await server({}, STARTTLS)
  const untrusted = transportTo([at(port)], { tls: 'opportunistic', credentials })
  assert.deepEqual(await deliver(untrusted.transport), ['deferred 4.7.5 try next'])
  assert.equal(
    heard.some((line) => line.startsWith('AUTH')),
    false,
  )
  const trusted = transportTo([at(port)], { tls: 'opportunistic', credentials, caFile: caFile(context) })
  assert.deepEqual(await deliver(trusted.transport), ['delivered 2.0.0'])
})

test('a refused password is the operator’s to mend, and is shown to no other host', async () => {
  const [first, second] = [await server({ AUTH: '535 5.7.8 no' }, { extensions: ['AUTH PLAIN'] }), await server()]
  const { transport } = transportTo([at(first.port), at(second.port)], { credentials })
  const [outcome] = await transport.deliver(shipmentTo('b@example.test'), never)
  assert.deepEqual([outcome?.status, outcome?.enhancedStatusCode, outcome?.tryNext], ['deferred', '4.7.8', true])
  assert.match(outcome?.diagnostic ?? '', /at AUTH: it refused AUTH PLAIN: 535 5\.7\.8 no$/)
  assert.equal(second.connections, 0)
})

test('a server that cannot check it now is passed over', async () => {
  const first = await server({ AUTH: '454 4.7.0 later' }, { extensions: ['AUTH PLAIN'] })
  const second = await server({}, { extensions: ['AUTH PLAIN'] })
  const { transport } = transportTo([at(first.port), at(second.port)], { credentials })
  assert.deepEqual(await deliver(transport), ['delivered 2.0.0'])
})

test('a server that wants us to sign in refuses us, not the recipient', async () => {
  const { port } = await server({ MAIL: '530 5.7.0 Authentication required' })
  assert.deepEqual(await deliver(transportTo([at(port)]).transport), ['deferred 4.7.8 try next'])
})

test('the password is read for each connection, and where it cannot be read nobody is called', async (context) => {
  const file = join(temporaryDirectory(context), 'password')
  const { port, heard } = await server({ EHLO: '250-a\r\n250 AUTH PLAIN' })
  const settings = { credentials: { ...credentials, password: { file } }, messagesPerConnection: 1 }
  const { transport } = transportTo([at(port)], settings)
  assert.deepEqual(await deliver(transport), ['deferred 4.7.8 try next'])
  for (const text of ['one\n', 'two']) {
    writeFileSync(file, text, { mode: 0o600 })
    assert.deepEqual(await deliver(transport), ['delivered 2.0.0'])
  }
  assert.deepEqual(
    heard.filter((line) => line.startsWith('AUTH')).map((line) => Buffer.from(line.slice(11), 'base64').toString()),
    ['\0us\0one', '\0us\0two'],
  )
})

function tokensOf(...given: readonly string[]) {
  const forgotten: string[] = []
  const left = [...given]
  const source: AccessTokenSource = {
    get: () => {
      const [accessToken] = left
      const outcome: TokenOutcome =
        accessToken === undefined ? { type: 'unavailable', detail: 'no more' } : { type: 'token', accessToken }
      return Promise.resolve(outcome)
    },
    forget: (accessToken) => {
      forgotten.push(accessToken)
      left.shift()
    },
  }
  return { source, forgotten }
}

test('a token that is refused is fetched anew, once', async () => {
  const refused: Script = { AUTH: ['535 5.7.8 no', '235 welcome'] }
  const { port } = await server(refused, { extensions: ['AUTH XOAUTH2'] })
  const { source, forgotten } = tokensOf('old', 'new')
  const { transport } = transportTo([at(port)], { credentials: { type: 'token', username: 'us', tokens: source } })
  assert.deepEqual([await deliver(transport), forgotten], [['delivered 2.0.0'], ['old']])
  const second = await server({ AUTH: '535 5.7.8 no' }, { extensions: ['AUTH XOAUTH2'] })
  const again = tokensOf('old', 'new', 'newest')
  const other = transportTo([at(second.port)], { credentials: { type: 'token', username: 'us', tokens: again.source } })
  assert.deepEqual([await deliver(other.transport), again.forgotten], [['deferred 4.7.8 try next'], ['old']])
  assert.equal(second.connections, 2)
})

test('without a token nobody is called', async () => {
  const { port } = await server()
  const tokens = tokensOf().source
  const { transport } = transportTo([at(port)], { credentials: { type: 'token', username: 'us', tokens } })
  assert.deepEqual(await deliver(transport), ['deferred 4.7.8 try next'])
})
