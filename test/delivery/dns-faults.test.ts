// What becomes of a message whatever the DNS says, or does not say, of its domain: loops back to us, names and addresses that are none,
// and servers that answer with an error, with noise, or not at all. What can mend itself waits, what its owner must mend comes back.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import type { DnsResolver } from '../../src/dns/dns.ts'
import { createPacketResolver } from '../../src/dns/packet-resolver.ts'
import { type Mood, openDnsZone, type ZoneRecord } from '../fixtures/dns-zone.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type ScriptedServer, startScriptedServer } from '../fixtures/scripted-smtp-server.ts'
import { HOSTNAME, openMailPort, openRig } from './delivery-rig.ts'
import { reportsIn, seenOf } from './fault-rows.ts'

const GOOD = '127.0.0.2'
const OURS = '127.9.9.9'
const mx = (preference: number, value: string): ZoneRecord => ({ type: 'MX', preference, value })
const a = (value: string): ZoneRecord => ({ type: 'A', value })
const HOSTS: Readonly<Record<string, readonly ZoneRecord[]>> = {
  'mx.good.example.org': [a(GOOD)],
  'mx.ours.example.org': [a(OURS)],
  'mx.inside.example.org': [a('10.1.2.3')],
  'mx.listening.example.org': [a('0.0.0.0')],
  'mx.circle.example.org': [{ type: 'CNAME', value: 'mx.circle.example.org' }],
}
const LOST = 'failed 5.4.6, event Failed, DSN failed'
const NOWHERE = 'failed 5.4.4, event Failed, DSN failed'

type Zoned = readonly [domain: string, records: readonly ZoneRecord[], expected: string]

const zoned: readonly Zoned[] = [
  ['good.example.org', [mx(10, 'mx.good.example.org')], 'delivered, event Delivered'],
  ['our-name.example.org', [mx(10, HOSTNAME)], LOST],
  ['our-address.example.org', [mx(10, 'mx.ours.example.org')], LOST],
  ['us-first.example.org', [mx(10, HOSTNAME), mx(20, 'mx.good.example.org')], LOST],
  ['us-among-equals.example.org', [mx(10, HOSTNAME), mx(10, 'mx.good.example.org')], LOST],
  ['us-last.example.org', [mx(10, 'mx.good.example.org'), mx(20, HOSTNAME)], 'delivered, event Delivered'],
  ['implicitly-us.example.org', [a(OURS)], LOST],
  ['implicitly-good.example.org', [a(GOOD)], 'delivered, event Delivered'],
  ['null-mx.example.org', [mx(0, '')], 'failed 5.1.10, event Bounced, DSN failed'],
  ['nowhere.example.org', [], 'failed 5.1.2, event Bounced, DSN failed'],
  ['text-only.example.org', [{ type: 'TXT', value: 'no mail' }], 'failed 5.1.2, event Bounced, DSN failed'],
  ['an-address.example.org', [mx(10, '127.0.0.2')], NOWHERE],
  ['no-name.example.org', [mx(10, 'mx good$(reboot).example.org')], NOWHERE],
  ['no-address.example.org', [mx(10, 'mx.nobody.example.org')], NOWHERE],
  ['inside.example.org', [mx(10, 'mx.inside.example.org')], NOWHERE],
  ['any-address.example.org', [mx(10, 'mx.listening.example.org')], NOWHERE],
  [
    'inside-first.example.org',
    [mx(10, 'mx.inside.example.org'), mx(20, 'mx.good.example.org')],
    'delivered, event Delivered',
  ],
  ['host-in-a-circle.example.org', [mx(10, 'mx.circle.example.org')], NOWHERE],
  ['circle.example.org', [{ type: 'CNAME', value: 'circle.example.org' }], 'failed 5.1.2, event Bounced, DSN failed'],
]

const MOODS = ['SERVFAIL', 'REFUSED', 'silent', 'truncated'] as const satisfies readonly Mood[]
const troubled = [...MOODS, 'noise'].map((mood) => `${mood.toLowerCase()}.example.com`)

/** Answers every query with octets that are none. */
async function openNoise(): Promise<{ readonly server: string; close(): void }> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const noise = Buffer.alloc(200, 0xc0)
    query.copy(noise, 0, 0, 2)
    for (const octets of [Buffer.alloc(0), noise.subarray(0, 7), noise, Buffer.concat([query, noise])])
      socket.send(octets, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { server: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() }
}

/** Each troubled domain is asked about where its trouble is, until that is over. */
async function openTrouble() {
  const moody = await Promise.all(
    MOODS.map(async (mood) => {
      const zone = await openDnsZone()
      zone.state.mood = mood
      return zone
    }),
  )
  const noise = await openNoise()
  const servers = [...moody.map(({ server }) => server), noise.server]
  const troubles = servers.map((server) => createPacketResolver({ servers: [server], timeout: 100 }))
  let isOver = false
  return {
    resolver: (zone: DnsResolver): DnsResolver => {
      const of = (name: string) => (isOver ? zone : (troubles[troubled.findIndex((one) => name.endsWith(one))] ?? zone))
      return {
        resolveTxt: (name) => of(name).resolveTxt(name),
        resolveCname: (name) => of(name).resolveCname(name),
        resolveMx: (name) => of(name).resolveMx(name),
        resolveTlsa: (name) => of(name).resolveTlsa(name),
        resolveAddresses: (name) => of(name).resolveAddresses(name),
      }
    },
    end: () => {
      isOver = true
    },
    close: () => [...moody, noise].forEach((one) => one.close()),
  }
}

const seen = new Map<string, string>()
let good: ScriptedServer
let ours: ScriptedServer

before(async () => {
  const context = { after }
  const home = await openMailPort(context)
  good = await startScriptedServer({}, { address: GOOD, port: home.port })
  ours = await startScriptedServer({}, { address: OURS, port: home.port })
  const trouble = await openTrouble()
  const rig = await openRig(context, home, { patience: 2000, resolver: trouble.resolver })
  after(async () => {
    trouble.close()
    await Promise.all([good.close(), ours.close()])
  })
  for (const [host, records] of Object.entries(HOSTS)) rig.zone.publish(host, ...records)
  for (const [domain, records] of zoned) if (records.length > 0) rig.zone.publish(domain, ...records)
  for (const domain of troubled) rig.zone.publish(domain, mx(10, 'mx.good.example.org'))
  const recipients = [...zoned.map(([domain]) => domain), ...troubled].map((domain) => `b@${domain}`)
  for (const recipient of recipients) await rig.enqueue([recipient])
  await rig.attempted(recipients, 1)
  trouble.end()
  await rig.forward(180_000)
  await rig.attempted(
    troubled.map((domain) => `b@${domain}`),
    2,
  )
  const failed = rig.seen.settled.filter(({ status }) => status === 'failed').length
  await eventually(async () => reportsIn(home).size === failed || undefined, 'the reports')
  for (const recipient of recipients) seen.set(recipient, await seenOf(rig, home, recipient))
  assert.deepEqual(rig.seen.failures, [])
})

for (const [domain, , expected] of zoned) test(domain, () => assert.equal(seen.get(`b@${domain}`), expected))

for (const domain of troubled)
  test(domain, () => assert.equal(seen.get(`b@${domain}`), 'deferred 4.4.3 > delivered, event Delivered'))

test('nobody ever connected to us', () => assert.equal(ours.connections, 0))
