// The dispatcher never waits for one destination: while fifty that take connections and say nothing have all they may have of it, a
// healthy one gets its mail, that of the same application and of messages that go to both.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { startScriptedServer } from '../fixtures/scripted-smtp-server.ts'
import { openMailPort, openRig } from './delivery-rig.ts'

const HANGING = 50
const MESSAGES = 8
/** Messages that go to a healthy destination too. */
const TOGETHER = 50
const HEALTHY = 'healthy.example.org'
/** Longer than the test. */
const PATIENCE = 120_000

test('fifty destinations hang and the healthy one is served', async (context) => {
  const home = await openMailPort(context)
  const silent = { greeting: () => {} }
  const hosts = await Promise.all(
    Array.from({ length: HANGING }, (_, index) =>
      startScriptedServer(silent, { address: `127.0.3.${index + 1}`, port: home.port }),
    ),
  )
  const healthy = await startScriptedServer({}, { address: '127.0.0.2', port: home.port })
  context.after(async () => void (await Promise.all([...hosts, healthy].map((host) => host.close()))))
  const rig = await openRig(context, home, { patience: PATIENCE })
  rig.zone.publish(HEALTHY, { type: 'A', value: '127.0.0.2' })
  const hanging = hosts.map((_, index) => `hanging-${index}.example.org`)
  for (const [index, domain] of hanging.entries())
    rig.zone.publish(domain, { type: 'A', value: `127.0.3.${index + 1}` })

  const together = hanging.slice(0, TOGETHER).map((domain) => ({ domain, recipient: `with-${domain}@${HEALTHY}` }))
  for (const { domain, recipient } of together) await rig.enqueue([`b@${domain}`, recipient])
  for (let count = 0; count < MESSAGES; count += 1)
    for (const domain of hanging) await rig.enqueue([`b${count}@${domain}`])
  await eventually(async () => hosts.every(({ connections }) => connections > 0) || undefined, 'a connection to each')
  const late = Array.from({ length: 40 }, (_, index) => `late-${index}@${HEALTHY}`)
  for (const recipient of late) await rig.enqueue([recipient])
  const served = [...late, ...together.map(({ recipient }) => recipient)]
  await eventually(
    async () => rig.seen.settled.length >= served.length || undefined,
    'the delivery of everything that is for the healthy one',
    60_000,
  )
  assert.deepEqual(new Set(rig.seen.settled.map(({ recipient }) => recipient)), new Set(served))
  assert.ok(rig.seen.settled.every(({ status }) => status === 'delivered'))
  assert.equal(rig.seen.settled.length, served.length)
  // None has been given up meanwhile.
  assert.ok(hosts.every(({ connections }) => connections >= 1 && connections <= 5))
  assert.deepEqual(rig.seen.failures, [])
})
