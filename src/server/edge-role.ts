// An edge thread: its own listeners on the shared ports, its own reading of identity, roles and resources, its own line to the store.

import { createNetworkCheck, nameNetworks } from '../identity/private-address.ts'
import { AZURE_PROFILE } from '../submission/azure-profile.ts'
import { acceptSubmission } from '../submission/accept-submission.ts'
import type { Door } from '../submission/door.ts'
import { openSourceCounts } from '../submission/source-counts.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { openTlsContexts } from './tls-contexts.ts'
import { openSubmission } from './submission-service.ts'
import type { ResolvedDoor, StartRole } from './thread-protocol.ts'
import { openThreadStore } from './thread-store.ts'

export const runEdge: StartRole = async (settings, storeLine) => {
  const { config } = settings
  const logger = createLogger({ level: config.log.level, thread: `edge-${settings.index}` })
  const metrics = createMetrics()
  const store = await openThreadStore(settings, storeLine)
  const tls = openTlsContexts(settings, logger)
  const submission = await openSubmission(settings, store, { metrics, logger })
  const doors = settings.doors.map(({ name, implicitTls, profile, networks, identities, addresses, port }) => ({
    door: {
      name,
      implicitTls,
      profile,
      secureContext: () => tls.current(profile),
      ...(networks === undefined ? {} : { admits: createNetworkCheck(networks) }),
      ...(identities.length === 0 ? {} : { identityOf: identifyNetworks(identities) }),
    },
    listen: addresses.map((address) => ({ address, port, reusePort: settings.reusePort })),
  }))
  const { perAddress, total } = config.smtp.connections
  const counts = openSourceCounts(settings.sourceCounts, settings.index)
  const limits = { perAddress, total: Math.ceil(total / config.smtp.workers), counts }
  const signedIn = config.compatibility === 'azure' ? { signedIn: { most: AZURE_PROFILE.sessions, counts } } : {}
  const acceptor = await acceptSubmission(doors, limits, { ...submission.service, ...signedIn })
  return {
    receive(message) {
      if (message.type === 'store') store.reconnect(message.port)
    },
    async stop(patience) {
      await acceptor.drain(patience)
      await submission.close()
      tls.close()
      await store.close()
    },
    metrics: () => metrics.snapshot(),
  }
}

/** The first network that an address is in, in the order of the configuration. */
function identifyNetworks(identities: ResolvedDoor['identities']): NonNullable<Door['identityOf']> {
  const networksOf = nameNetworks(identities)
  return (address) => {
    const [network] = networksOf(address)
    const identity = identities.find(({ name }) => name === network)
    return identity && { network: identity.name, username: identity.username }
  }
}
