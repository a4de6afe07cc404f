// Which host gets a message, and what becomes of it.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { mx } from './fake-dns.fixture.ts'
import { CLEAR, closeAll, deliver, openHosts, openScene, shipment, TWO_HOSTS, untrusted } from './mx-scene.fixture.ts'
import { eightBitShipment } from './outgoing-message.fixture.ts'
import type { ReceivingOptions } from './receiving-server.fixture.ts'

afterEach(closeAll)

const TLS: ReceivingOptions = { tls: untrusted }

test('the better host takes it, over TLS with any certificate; recipients share a transaction', async () => {
  const [first, second] = await openHosts(TLS, TLS)
  const { transport, tlsResults } = openScene({ port: first?.port ?? 0 })
  const to = shipment(['x@a.org', 'y@A.ORG'])
  assert.deepEqual(await deliver(transport, to), Array<string>(2).fill('delivered 2.0.0 mx1.a.org TLSv1.3'))
  assert.deepEqual([first?.contents(), second?.sessions], [['Subject: hi\r\n\r\nHello'], []])
  assert.deepEqual(first?.sessions[0]?.lines.slice(0, 4), [
    'EHLO mail.postern.example',
    'STARTTLS',
    'TLS mx1.a.org',
    'EHLO mail.postern.example',
  ])
  assert.deepEqual(await tlsResults(), ['no-policy-found success 1'])
})

test('a connection is used for the next message', async () => {
  const [first] = await openHosts(TLS)
  const { transport } = openScene({ port: first?.port ?? 0 })
  for (let count = 0; count < 3; count += 1) await deliver(transport)
  assert.deepEqual([first?.sessions.length, first?.contents().length], [1, 3])
})

test('recipients of several domains, each with its end', async () => {
  const [first] = await openHosts(CLEAR)
  const table = { ...TWO_HOSTS, 'null.org': { mx: [mx(0, '')] }, 'away.org': { unavailable: ['MX' as const] } }
  const { transport } = openScene({ port: first?.port ?? 0, table })
  const to = shipment(['x@null.org', 'x@a.org', 'x@gone.org', 'x@away.org', 'x@b.test', 'x@[127.0.0.2]'])
  const outcomes = await transport.deliver(to, new AbortController().signal)
  assert.deepEqual(
    outcomes.map(({ index, status, enhancedStatusCode, tryNext }) => [index, status, enhancedStatusCode, tryNext]),
    [
      [0, 'failed', '5.1.10', undefined],
      [1, 'delivered', '2.0.0', undefined],
      [2, 'failed', '5.1.2', undefined],
      [3, 'deferred', '4.4.3', true],
      [4, 'failed', '5.1.2', true],
      [5, 'failed', '5.1.2', true],
    ],
  )
  assert.equal(outcomes[0]?.diagnostic, '556 5.1.10 null.org accepts no mail (null MX)')
})

const walks: readonly {
  readonly name: string
  readonly hosts: readonly ReceivingOptions[]
  readonly expected: readonly string[]
  /** Sessions at each host. */
  readonly sessions: readonly number[]
}[] = [
  {
    name: 'a greeting of 4yz: the next host',
    hosts: [{ replies: { CONNECT: '421 4.3.2 busy' } }, CLEAR],
    expected: ['delivered 2.0.0 mx2.a.org'],
    sessions: [1, 1],
  },
  {
    name: 'a greeting of 5yz: the next host',
    hosts: [{ replies: { CONNECT: '554 5.3.2 no' } }, CLEAR],
    expected: ['delivered 2.0.0 mx2.a.org'],
    sessions: [1, 1],
  },
  {
    name: 'nobody is there, and the other refuses to greet',
    hosts: [{ replies: { CONNECT: undefined } }, { replies: { CONNECT: '554 5.3.2 no' } }],
    expected: ['deferred 4.3.2 mx2.a.org next'],
    sessions: [1, 1],
  },
  {
    name: 'a recipient refused for now waits, and is not tried elsewhere',
    hosts: [{ replies: { RCPT: '450 4.2.0 greylisted' } }, CLEAR],
    expected: ['deferred 4.2.0 mx1.a.org'],
    sessions: [1, 0],
  },
  {
    name: 'a recipient refused for good is',
    hosts: [{ replies: { RCPT: '550 5.1.1 unknown' } }, CLEAR],
    expected: ['failed 5.1.1 mx1.a.org'],
    sessions: [1, 0],
  },
  {
    name: 'the connection is lost at MAIL: the next host',
    hosts: [{ replies: { MAIL: undefined } }, CLEAR],
    expected: ['delivered 2.0.0 mx2.a.org'],
    sessions: [1, 1],
  },
  {
    name: 'the connection is lost at the end of the content: nobody else, it may have been taken',
    hosts: [{ replies: { '.': undefined } }, CLEAR],
    expected: ['deferred 4.4.2 mx1.a.org'],
    sessions: [1, 0],
  },
  {
    name: 'TLS that is refused: in the clear, over the same connection',
    hosts: [{ ...TLS, replies: { STARTTLS: '454 4.7.0 not now' } }],
    expected: ['delivered 2.0.0 mx1.a.org'],
    sessions: [1],
  },
  {
    name: 'TLS that breaks: in the clear, over another connection',
    hosts: [{ keywords: ['STARTTLS'] }],
    expected: ['delivered 2.0.0 mx1.a.org'],
    sessions: [2],
  },
]

for (const { name, hosts, expected, sessions } of walks)
  test(name, async () => {
    const servers = await openHosts(...hosts)
    const { transport } = openScene({ port: servers[0]?.port ?? 0 })
    assert.deepEqual(await deliver(transport), expected)
    assert.deepEqual(
      servers.map((server) => server.sessions.length),
      sessions,
    )
  })

test('each host gets the form that it can take', async () => {
  const [first, second] = await openHosts(
    { keywords: [], replies: { MAIL: '421 4.3.2 later' } },
    { keywords: ['8BITMIME'] },
  )
  const { transport } = openScene({ port: first?.port ?? 0 })
  assert.deepEqual(await deliver(transport, eightBitShipment(shipment(), true)), ['delivered 2.0.0 mx2.a.org'])
  assert.deepEqual(first?.sessions[0]?.lines.slice(1, 2), ['MAIL FROM:<app@contoso.example>'])
  assert.deepEqual(second?.sessions[0]?.lines.slice(1, 2), ['MAIL FROM:<app@contoso.example> BODY=8BITMIME'])
  assert.deepEqual(second?.contents(), ['Subject: a\r\n\r\n\xc3\xbc'])
})

for (const [isConvertible, expected, contents] of [
  [true, 'delivered 2.0.0 mx1.a.org', ['Subject: a\r\n\r\nin 7 bits']],
  [false, 'failed 5.6.3 mx1.a.org next', []],
] as const)
  test(`no host has 8BITMIME: ${expected}`, async () => {
    const [first] = await openHosts({ keywords: ['PIPELINING'] }, { keywords: [] })
    const { transport } = openScene({ port: first?.port ?? 0 })
    const [told] = await deliver(transport, eightBitShipment(shipment(), isConvertible))
    assert.equal(told?.replace('mx2', 'mx1'), expected)
    assert.deepEqual(first?.contents(), contents)
  })

test('where it comes from is what the operator says', async () => {
  const [first] = await openHosts(CLEAR)
  const { transport } = openScene({ port: first?.port ?? 0, settings: { localAddresses: ['127.9.9.9'] } })
  assert.deepEqual(await deliver(transport), ['delivered 2.0.0 mx1.a.org'])
})

test('a message that is given up before anybody was asked waits', async () => {
  const { transport } = openScene({ port: 9 })
  const [outcome] = await transport.deliver(shipment(), AbortSignal.abort())
  assert.deepEqual([outcome?.status, outcome?.tryNext], ['deferred', undefined])
})
