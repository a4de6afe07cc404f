// From a connection to a session: what each stage may do, which TLS each policy takes, and where credentials go.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Act,
  createTestAuthority,
  findDeadPort,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../test/fixtures/scripted-smtp-server.ts'
import { openConnection } from './open-connection.ts'
import { BRIEF, messageOf, summarise, UNHURRIED } from './outgoing-message.fixture.ts'
import type { SmtpCredentials, TlsPolicy } from './smtp-connection.ts'

const HOST = 'mx.example.test'
const authority = await createTestAuthority([HOST])
const expired = await createTestAuthority([HOST], Date.UTC(2020, 0, 1))
const other = await createTestAuthority(['other.example.test'])
const never = new AbortController().signal
const HASTY = { ...UNHURRIED, greeting: BRIEF, command: BRIEF }

type Options = {
  readonly tls?: TlsPolicy
  readonly credentials?: SmtpCredentials
  readonly patience?: typeof UNHURRIED
  readonly host?: string
  readonly signal?: AbortSignal
}

/** The TLS of a connection that came to be, or where it ended. */
async function open(port: number, { tls = { mode: 'never' }, credentials, patience, host, signal }: Options = {}) {
  const connection = await openConnection(
    { host: host ?? HOST, address: '127.0.0.1', port },
    { clientName: 'us.example.test', tls, patience: patience ?? UNHURRIED, ...(credentials && { credentials }) },
    signal ?? never,
  )
  if ('type' in connection) return { ...connection, told: summarise(connection) }
  connection.destroy()
  return { told: connection.tls ?? 'in the clear', tlsResult: undefined, reply: undefined }
}

async function against<Result>(
  script: Script,
  options: Parameters<typeof startScriptedServer>[1],
  run: (server: ScriptedServer) => Promise<Result>,
): Promise<Result> {
  const server = await startScriptedServer(script, options)
  try {
    return await run(server)
  } finally {
    await server.close()
  }
}

const silence: Act = (peer) => peer.listen(() => {})
const close: Act = (peer) => peer.close()
const drip: Act = (peer) => peer.drip('250-a\r\n')
const checked: TlsPolicy = { mode: 'required', options: { ca: authority.ca } }

const OVERDUE = 'it did not answer in time'
const LOST = 'it closed the connection'
const beginnings: readonly (readonly [name: string, script: Script, told: string, tls?: TlsPolicy['mode']])[] = [
  ['all is well', {}, 'in the clear'],
  ['a greeting 4xx', { greeting: '451 later' }, 'failed at greeting 451: it refused'],
  ['a greeting 5xx', { greeting: '554 5.7.1 no' }, 'failed at greeting 554: it refused'],
  ['a greeting 421', { greeting: '421 busy' }, 'failed at greeting 421: it refused'],
  ['a greeting 250', { greeting: '250 hello' }, 'failed at greeting 250: it gave an answer that does not fit'],
  ['no greeting', { greeting: close }, `failed at greeting: ${LOST}`],
  ['silence', { greeting: silence }, `failed at greeting: ${OVERDUE}`],
  ['a dripping greeting', { greeting: drip }, `failed at greeting: ${OVERDUE}`],
  [
    'a banner without an end',
    { greeting: (peer) => peer.write('2'.repeat(1e6)) },
    'failed at greeting: a line of its reply is too long',
  ],
  ['not SMTP', { greeting: 'SSH-2.0-OpenSSH' }, 'failed at greeting: it does not answer with an SMTP reply'],
  [
    'two greetings',
    { greeting: (peer) => peer.write('220 a\r\n220 b\r\n'), EHLO: silence },
    'failed at ehlo 220: it spoke out of turn',
  ],
  ['EHLO 4xx', { EHLO: '450 later' }, 'failed at ehlo 450: it refused'],
  ['EHLO 5xx', { EHLO: '502 what?' }, 'in the clear'],
  ['EHLO and HELO 5xx', { EHLO: '502 what?', HELO: '550 no' }, 'failed at ehlo 550: it refused'],
  ['EHLO 5xx where TLS is required', { EHLO: '502 what?' }, 'failed at ehlo 502: it refused', 'required'],
  ['lost at EHLO', { EHLO: close }, `failed at ehlo: ${LOST}`],
  ['silence at EHLO', { EHLO: silence }, `failed at ehlo: ${OVERDUE}`],
  ['EHLO drips', { EHLO: drip }, `failed at ehlo: ${OVERDUE}`],
  ['no STARTTLS, where it may be', {}, 'in the clear', 'opportunistic'],
  ['no STARTTLS, where it must be', {}, 'failed at starttls: it does not offer STARTTLS', 'required'],
]

for (const [name, script, told, mode = 'never'] of beginnings)
  test(`${name}: ${told}`, () =>
    against(script, {}, async ({ port }) =>
      assert.equal((await open(port, { tls: { mode }, patience: HASTY })).told, told),
    ))

test('nobody is there', async () => {
  assert.equal((await open(await findDeadPort())).told, 'failed at connect: no connection (ECONNREFUSED)')
})

test('a signal before, and one while a server is silent', async () => {
  const controller = new AbortController()
  const { told } = await against({ EHLO: () => controller.abort() }, {}, ({ port }) =>
    open(port, { signal: controller.signal }),
  )
  assert.equal(told, 'failed at ehlo: given up')
  assert.equal((await open(await findDeadPort(), { signal: controller.signal })).told, 'failed at connect: given up')
})

const { secureContext } = authority
type Kind = 'TLS' | 'expired' | 'other'
const contexts = { TLS: secureContext, expired: expired.secureContext, other: other.secureContext }
const trusted = { ca: [authority.ca, expired.ca, other.ca].join('') }
const offer = { extensions: ['STARTTLS'] }
const afterwards: Act = (peer) => {
  peer.write('220 go on\r\n250-mx.example.test\r\n250 AUTH PLAIN\r\n')
  peer.secure()
}
const half: Act = (peer) => {
  peer.write('220 go on\r\n250')
  peer.secure()
}
const garbage: Act = (peer) => {
  peer.write('220 go on\r\n')
  peer.listen(() => peer.write('this is no TLS at all, and never will be\r\n'))
}
const hangUp: Act = (peer) => {
  peer.write('220 go on\r\n')
  peer.listen(() => peer.close())
}
const stall: Act = (peer) => {
  peer.write('220 go on\r\n')
  peer.listen(() => {})
}

const EXPIRED = 'its certificate is not valid now (CERT_HAS_EXPIRED)'
const handshakes: readonly {
  readonly name: string
  readonly tls: TlsPolicy
  readonly told: string | RegExp
  readonly result?: string
  readonly kind?: Kind
  readonly script?: Script
  readonly host?: string
}[] = [
  { name: 'checked', tls: checked, told: 'TLSv1.3' },
  { name: 'not asked for', tls: { mode: 'never' }, told: 'in the clear' },
  { name: 'of no authority, opportunistic', tls: { mode: 'opportunistic' }, told: 'TLSv1.3' },
  { name: 'expired, opportunistic', tls: { mode: 'opportunistic' }, kind: 'expired', told: 'TLSv1.3' },
  {
    name: 'of no authority',
    tls: { mode: 'required' },
    told: /no authority that is trusted/,
    result: 'certificate-not-trusted',
  },
  {
    name: 'expired',
    tls: { mode: 'required', options: trusted },
    kind: 'expired',
    told: `failed at tls: ${EXPIRED}`,
    result: 'certificate-expired',
  },
  {
    name: 'of another',
    tls: { mode: 'required', options: trusted },
    kind: 'other',
    told: /for another name/,
    result: 'certificate-host-mismatch',
  },
  {
    name: 'of an address',
    tls: checked,
    host: '127.0.0.1',
    told: /for another name/,
    result: 'certificate-host-mismatch',
  },
  {
    name: 'of another, by its server name',
    tls: { mode: 'required', options: { ...trusted, servername: 'other.example.test' } },
    kind: 'other',
    told: 'TLSv1.3',
  },
  {
    name: 'that verify refuses',
    tls: { ...checked, verify: (chain) => `not this one of ${chain.length}` },
    told: 'failed at tls: not this one of 2',
    result: 'validation-failure',
  },
  {
    name: 'that only verify checks',
    tls: { mode: 'required', options: { rejectUnauthorized: false }, verify: () => undefined },
    told: 'TLSv1.3',
  },
  {
    name: 'STARTTLS 4xx, opportunistic',
    tls: { mode: 'opportunistic' },
    script: { STARTTLS: '454 4.7.0 later' },
    told: 'in the clear',
  },
  {
    name: 'STARTTLS 421, opportunistic',
    tls: { mode: 'opportunistic' },
    script: { STARTTLS: '421 4.7.0 later' },
    told: 'failed at starttls 421: it refused',
    result: 'starttls-not-supported',
  },
  {
    name: 'STARTTLS 4xx',
    tls: checked,
    script: { STARTTLS: '454 4.7.0 later' },
    told: 'failed at starttls 454: it refused',
    result: 'starttls-not-supported',
  },
  {
    name: 'STARTTLS 5xx',
    tls: checked,
    script: { STARTTLS: '500 what?' },
    told: 'failed at starttls 500: it refused',
    result: 'starttls-not-supported',
  },
  { name: 'lost at STARTTLS', tls: checked, script: { STARTTLS: close }, told: `failed at starttls: ${LOST}` },
  { name: 'silence at STARTTLS', tls: checked, script: { STARTTLS: silence }, told: `failed at starttls: ${OVERDUE}` },
  {
    name: 'a reply behind STARTTLS',
    tls: checked,
    script: { STARTTLS: afterwards },
    told: 'failed at starttls: it sent more than its answer to STARTTLS',
  },
  {
    name: 'half a reply behind STARTTLS',
    tls: checked,
    script: { STARTTLS: half },
    told: 'failed at starttls: it sent more than its answer to STARTTLS',
  },
  {
    name: 'garbage',
    tls: { mode: 'opportunistic' },
    script: { STARTTLS: garbage },
    told: /^failed at tls: the TLS handshake failed \(ERR_SSL/,
    result: 'validation-failure',
  },
  {
    name: 'lost in the handshake',
    tls: checked,
    script: { STARTTLS: hangUp },
    told: /^failed at tls: the TLS handshake failed/,
    result: 'validation-failure',
  },
  {
    name: 'silence in the handshake',
    tls: checked,
    script: { STARTTLS: stall },
    told: 'failed at tls: the TLS handshake failed (not in time)',
    result: 'validation-failure',
  },
]

for (const { name, tls, told, result, kind = 'TLS', script = {}, host } of handshakes)
  test(`a certificate ${name}: ${String(told)}`, () =>
    against(script, { ...offer, secureContext: contexts[kind] }, async ({ port }) => {
      const patience = script.STARTTLS === silence || script.STARTTLS === stall ? HASTY : UNHURRIED
      const outcome = await open(port, { tls, patience, ...(host && { host }) })
      if (typeof told === 'string') assert.equal(outcome.told, told)
      else assert.match(outcome.told, told)
      assert.equal(outcome.tlsResult, result)
    }))

test('what was offered in the clear counts no more', () =>
  against({ EHLO: ['250-a\r\n250-STARTTLS\r\n250 SIZE 5', '250 a'] }, { secureContext }, async ({ port }) => {
    const target = { host: HOST, address: '127.0.0.1', port }
    const options = { clientName: 'us.example.test', tls: checked, patience: UNHURRIED }
    const connection = await openConnection(target, options, never)
    assert(!('type' in connection))
    assert.deepEqual([...connection.extensions], [])
    connection.destroy()
  }))

test('implicit TLS, and silence where it should be', async () => {
  const tls = { ...checked, mode: 'implicit' } as const
  const { told } = await against({}, { secureContext, implicitTls: true }, ({ port }) => open(port, { tls }))
  assert.equal(told, 'TLSv1.3')
  const clear = await against({}, {}, ({ port }) => open(port, { tls }))
  assert.match(clear.told, /^failed at tls: the TLS handshake failed \(ERR_SSL/)
})

const password = { mechanism: 'PLAIN', username: 'us', password: 'pa\u{df}word' } as const
const token = { mechanism: 'XOAUTH2', username: 'us@example.test', accessToken: 'a.b.c' } as const
const PLAIN = 'AHVzAHBhw593b3Jk'
const XOAUTH2 = Buffer.from('user=us@example.test\x01auth=Bearer a.b.c\x01\x01').toString('base64')
const LONG = 'x'.repeat(2000)
const long = Buffer.from(`user=us@example.test\x01auth=Bearer ${LONG}\x01\x01`).toString('base64')
const CHALLENGES = { AUTH: '334 VXNlcm5hbWU6', response: ['334 UGFzc3dvcmQ6', '235 welcome'] }

const logins: readonly {
  readonly name: string
  readonly offered: string
  readonly credentials: SmtpCredentials
  readonly script?: Script
  readonly told?: string
  readonly heard: readonly string[]
}[] = [
  { name: 'PLAIN', offered: 'AUTH LOGIN PLAIN', credentials: password, heard: [`AUTH PLAIN ${PLAIN}`] },
  {
    name: 'LOGIN for PLAIN',
    offered: 'AUTH login',
    credentials: password,
    script: CHALLENGES,
    heard: ['AUTH LOGIN', 'dXM=', 'cGHDn3dvcmQ='],
  },
  {
    name: 'PLAIN for LOGIN',
    offered: 'AUTH PLAIN',
    credentials: { ...password, mechanism: 'LOGIN' },
    heard: [`AUTH PLAIN ${PLAIN}`],
  },
  {
    name: 'LOGIN before PLAIN',
    offered: 'AUTH PLAIN LOGIN',
    credentials: { ...password, mechanism: 'LOGIN' },
    script: CHALLENGES,
    heard: ['AUTH LOGIN', 'dXM=', 'cGHDn3dvcmQ='],
  },
  { name: 'XOAUTH2', offered: 'AUTH PLAIN XOAUTH2', credentials: token, heard: [`AUTH XOAUTH2 ${XOAUTH2}`] },
  {
    name: 'a long XOAUTH2',
    offered: 'AUTH XOAUTH2',
    credentials: { ...token, accessToken: LONG },
    script: { AUTH: '334 ' },
    heard: ['AUTH XOAUTH2', long],
  },
  {
    name: 'none that we know',
    offered: 'AUTH CRAM-MD5 XOAUTH2',
    credentials: password,
    told: 'failed at auth: it does not offer AUTH PLAIN',
    heard: [],
  },
  {
    name: 'no AUTH',
    offered: 'SIZE',
    credentials: token,
    told: 'failed at auth: it does not offer AUTH XOAUTH2',
    heard: [],
  },
  {
    name: '535',
    offered: 'AUTH PLAIN',
    credentials: password,
    script: { AUTH: '535 5.7.8 no' },
    told: 'failed at auth 535: it refused AUTH PLAIN',
    heard: [`AUTH PLAIN ${PLAIN}`],
  },
  {
    name: '454',
    offered: 'AUTH PLAIN',
    credentials: password,
    script: { AUTH: '454 4.7.0 later' },
    told: 'failed at auth 454: it refused AUTH PLAIN',
    heard: [`AUTH PLAIN ${PLAIN}`],
  },
  {
    name: '250',
    offered: 'AUTH PLAIN',
    credentials: password,
    script: { AUTH: '250 ok' },
    told: 'failed at auth 250: it refused AUTH PLAIN',
    heard: [`AUTH PLAIN ${PLAIN}`],
  },
  {
    name: 'LOGIN, refused at the name',
    offered: 'AUTH LOGIN',
    credentials: password,
    script: { AUTH: '334 VXNlcm5hbWU6', response: '535 5.7.8 no' },
    told: 'failed at auth 535: it refused AUTH LOGIN',
    heard: ['AUTH LOGIN', 'dXM='],
  },
  {
    name: 'a challenge too many',
    offered: 'AUTH PLAIN',
    credentials: password,
    script: { AUTH: '334 more', response: '501 ok then' },
    told: 'failed at auth 501: it refused AUTH PLAIN',
    heard: [`AUTH PLAIN ${PLAIN}`, '*'],
  },
  {
    name: 'XOAUTH2 with a reason',
    offered: 'AUTH XOAUTH2',
    credentials: token,
    script: { AUTH: '334 eyJzdGF0dXMiOiI0MDAifQ==', response: '535 5.7.8 no' },
    told: 'failed at auth 535: it refused AUTH XOAUTH2',
    heard: [`AUTH XOAUTH2 ${XOAUTH2}`, ''],
  },
  {
    name: 'lost',
    offered: 'AUTH PLAIN',
    credentials: password,
    script: { AUTH: close },
    told: `failed at auth: ${LOST}`,
    heard: [`AUTH PLAIN ${PLAIN}`],
  },
]

for (const { name, offered, credentials, script = {}, told = 'TLSv1.3', heard } of logins)
  test(`AUTH, ${name}: ${told}`, () =>
    against(script, { extensions: ['STARTTLS', offered], secureContext }, async (server) => {
      assert.equal((await open(server.port, { tls: checked, credentials })).told, told)
      assert.deepEqual(server.heard.slice(3), heard)
    }))

test('credentials stay here unless the connection is checked, or the operator says that they need not', () =>
  against({}, { extensions: ['STARTTLS', 'AUTH PLAIN'], secureContext }, async (server) => {
    const { told } = await open(server.port, { tls: { mode: 'opportunistic' }, credentials: password })
    assert.equal(told, 'failed at auth: credentials need TLS that is checked')
    assert.equal(
      server.heard.some((line) => line.startsWith('AUTH')),
      false,
    )
    assert.equal((await open(server.port, { tls: { mode: 'never' }, credentials: password })).told, 'in the clear')
  }))

const HUNTER = 'AHVzAGh1bnRlcjIy'
for (const echo of ['hunter22', HUNTER])
  test(`a reply that repeats ${echo} is not repeated`, () =>
    against({ AUTH: `535 5.7.8 no, not ${echo} again` }, { extensions: ['AUTH PLAIN'] }, async ({ port }) => {
      const outcome = await open(port, { credentials: { ...password, password: 'hunter22' } })
      assert.deepEqual([outcome.reply?.code, outcome.reply?.enhancedStatusCode], [535, '5.7.8'])
      assert.equal(JSON.stringify(outcome).includes(echo), false)
    }))

test('REQUIRETLS over TLS that is checked, and not over TLS that is not', () =>
  against({}, { extensions: ['STARTTLS', 'REQUIRETLS'], secureContext }, async (server) => {
    for (const [tls, expected] of [
      [checked, 'accepted 250'],
      [{ mode: 'opportunistic' }, 'unfit 5.7.30'],
    ] as const) {
      const target = { host: HOST, address: '127.0.0.1', port: server.port }
      const options = { clientName: 'us.example.test', tls, patience: UNHURRIED }
      const connection = await openConnection(target, options, never)
      assert(!('type' in connection))
      const replies = await connection.send(messageOf({ parameters: { requireTls: true } }), never)
      assert.deepEqual(replies.map(summarise), [expected, expected])
      connection.destroy()
    }
    assert(server.heard.includes('MAIL FROM:<a@example.test> REQUIRETLS'))
  }))
