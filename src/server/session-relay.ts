// The ways out that act on behalf of sessions, as an edge thread has them; none where no route names one.

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import type { TransportConfig } from '../config/delivery-schema.ts'
import { createRouteRelay } from '../dispatch/relay-by-route.ts'
import { createRoutes } from '../dispatch/routes.ts'
import type { Relay } from '../submission/relay.ts'
import type { SessionRelay } from '../transport/upstream-relay.ts'
import type { Transport } from '../transport/transport.ts'
import type { ThreadStore } from './thread-store.ts'

type Delivery = Pick<Config, 'delivery'>

/** Whether logins have to keep the tokens that they were proven by. */
export const actsOnBehalf = (config: Delivery): boolean => onBehalf(config).length > 0

const onBehalf = ({ delivery: { transports, routes } }: Delivery): readonly TransportConfig[] =>
  transports.filter(
    ({ name, type, mode }) => type === 'acs' && mode === 'on-behalf' && routes.some(({ via }) => via.includes(name)),
  )

export async function openSessionRelay(
  config: Delivery,
  store: ThreadStore,
): Promise<(Relay & { close(): Promise<void> }) | undefined> {
  if (!actsOnBehalf(config)) return undefined
  const relays = await Promise.all(onBehalf(config).map((written) => openRelay(written, store)))
  const names = new Set(config.delivery.routes.flatMap(({ via }) => via))
  const routes = createRoutes(config.delivery.routes, [...names].map(nameOnly))
  const relay = createRouteRelay(routes, relays, () => store.clock.now())
  return {
    ...relay,
    close: async () => {
      await Promise.all(relays.map((one) => one.close()))
    },
  }
}

async function openRelay(
  { name, endpoint, caFile }: TransportConfig,
  { storage, clock }: ThreadStore,
): Promise<SessionRelay> {
  if (endpoint === undefined) throw new Error('an upstream without its endpoint')
  const { upstreamOperations: operations } = storage.write
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }
  const { openAcsRelay } = await import('../transport/acs.ts')
  const settings = { name, endpoint: new URL(endpoint).origin, ...ca }
  return openAcsRelay(settings, { operations, clock, nextOperationId: randomUUID })
}

/** Here it matters only which way comes first. */
const nameOnly = (name: string): Transport => ({
  name,
  signs: false,
  deliver: () => Promise.reject(new Error('an edge thread delivers nothing')),
})
