// Whom the delivery run starts and kills: nodes that deliver, and the receivers, which live on and keep the journal.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Config } from '../../src/config/schema.ts'
import { openDnsZone } from '../fixtures/dns-zone.ts'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import type { NodeSettings } from './delivery-node.child.ts'
import type { Entry, FromReceivers, ToReceivers } from './delivery-receivers.child.ts'

export type DeliveryNode = {
  /** Its name in EHLO. */
  readonly name: string
  /** SIGKILL; resolves when it is gone. Rejects when it complained, or had ended by itself. */
  kill(): Promise<void>
}

export function spawnNode(context: Cleanup, config: Config, hurriesTurns = false): DeliveryNode {
  const child = fork(new URL('delivery-node.child.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  context.after(() => void child.kill('SIGKILL'))
  let complaint = ''
  child.stderr?.on('data', (octets: Buffer) => {
    complaint += octets
  })
  const closed = once(child, 'close')
  const settings: NodeSettings = { config, hurriesTurns }
  child.send(settings)
  return {
    name: config.hostname,
    async kill() {
      child.kill('SIGKILL')
      const [, signal] = await closed
      if (signal !== 'SIGKILL' || complaint !== '') throw new Error(`${signal}: ${complaint}`)
    },
  }
}

export type Receivers = {
  readonly port: number
  /** `host:port` of the name server that leads to them. */
  readonly dns: string
  /** When so many messages were taken. */
  reached(count: number): Promise<void>
  /** To be said before the next of that name begins. */
  died(node: string): Promise<void>
  report(): Promise<{ readonly journal: readonly Entry[]; readonly deferrals: number }>
}

/** One for each domain, on an address of its own. */
export async function startReceivers(context: Cleanup, domains: readonly string[]): Promise<Receivers> {
  const zone = await openDnsZone()
  context.after(() => void zone.close())
  const addresses = domains.map((_, index) => `127.0.1.${index + 1}`)
  for (const [index, domain] of domains.entries()) {
    zone.publish(domain, { type: 'MX', preference: 10, value: `mx.${domain}` })
    zone.publish(`mx.${domain}`, { type: 'A', value: addresses[index] ?? '' })
  }
  const child = fork(new URL('delivery-receivers.child.ts', import.meta.url))
  context.after(() => void child.kill('SIGKILL'))
  const { port } = await ask(child, { type: 'listen', addresses }, 'listening')
  return {
    port,
    dns: zone.server,
    reached: async (at) => void (await ask(child, { type: 'tell', at }, 'reached')),
    died: async (node) => void (await ask(child, { type: 'died', node }, 'noted')),
    report: () => ask(child, { type: 'report' }, 'report'),
  }
}

function ask<Type extends FromReceivers['type']>(
  child: ChildProcess,
  question: ToReceivers,
  type: Type,
): Promise<Extract<FromReceivers, { type: Type }>> {
  return new Promise((resolve) => {
    const listener = (answer: FromReceivers) => {
      if (answer.type !== type) return
      child.off('message', listener)
      resolve(answer as Extract<FromReceivers, { type: Type }>)
    }
    child.on('message', listener)
    child.send(question)
  })
}
