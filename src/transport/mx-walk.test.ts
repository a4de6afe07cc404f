// How long one message may go from host to host.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { createConnectionPool } from './connection-pool.ts'
import { shipment } from './mx-scene.fixture.ts'
import type { DomainHosts } from './mx-lookup.ts'
import { walkHosts, type WalkSurroundings } from './mx-walk.ts'
import { SMTP_PATIENCE } from './open-connection.ts'

for (const [name, count, expected] of [
  ['one has all the time', 1, ['192.0.2.11', '192.0.2.12', '192.0.2.13']],
  ['several share it', 4, ['192.0.2.11', '192.0.2.21', '192.0.2.31']],
] as const)
  test(`hosts that say nothing do not keep a message going for ever: ${name}`, async () => {
    const clock = new ManualClock()
    const tried: string[] = []
    const surroundings: WalkSurroundings = {
      open: async ({ address }) => {
        tried.push(address)
        clock.advance(SMTP_PATIENCE.greeting)
        return { type: 'failed', stage: 'greeting', detail: 'it did not answer in time' }
      },
      pool: createConnectionPool({ connections: 1, messagesPerConnection: 1, idle: 1 }, clock),
      results: { count: () => {}, close: async () => {} },
      clientName: 'mail.postern.example',
      port: 25,
      patience: SMTP_PATIENCE,
      localAddress: () => undefined,
      ca: undefined,
      now: () => clock.now(),
    }
    const hosts = [1, 2, 3, 4].slice(0, count).map((host) => ({
      name: `mx${host}.a.org`,
      addresses: [1, 2, 3, 4, 5].map((place) => `192.0.2.${10 * host + place}`),
      secure: false,
    }))
    const found: DomainHosts = {
      type: 'hosts',
      domain: 'a.org',
      hosts,
      secure: false,
      sts: { type: 'known' },
      dane: async () => ({ type: 'none' }),
    }
    const [outcome] = await walkHosts(surroundings, found, shipment(), new AbortController().signal)
    assert.deepEqual(tried, expected)
    assert.deepEqual([outcome?.status, outcome?.enhancedStatusCode], ['deferred', '4.4.2'])
  })
