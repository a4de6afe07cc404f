// Opens the doors: listens, turns away whom a door is not for, counts connections in total and by source network, refuses beyond the
// limits before any TLS work is spent, and on drain stops accepting and lets every session finish the reply it owes.

import { createServer, type Server, type Socket } from 'node:net'
import { sourceNetwork } from '../identity/source-network.ts'
import { encodeReply, type Reply, replies } from '../smtp/reply.ts'
import type { Connection, Door } from './door.ts'
import { serveConnection } from './serve-connection.ts'
import type { SourceCounts } from './source-counts.ts'
import type { SubmissionService } from './submission.ts'

export type ListenAddress = { readonly address: string; readonly port: number; readonly reusePort: boolean }

/** `total` of this thread, `perAddress` of all whose `counts` are shared. */
export type ConnectionLimits = { readonly perAddress: number; readonly total: number; readonly counts: SourceCounts }

export type Acceptor = {
  /** Stops accepting, drains, and resolves when the last connection is closed; after `patience` milliseconds they are dismissed. */
  drain(patience: number): Promise<void>
}

export async function acceptSubmission(
  doors: readonly { readonly door: Door; readonly listen: readonly ListenAddress[] }[],
  limits: ConnectionLimits,
  service: SubmissionService,
): Promise<Acceptor> {
  const connections = new Set<Connection>()
  const { counts, perAddress, total } = limits
  const accept = (socket: Socket, door: Door) => {
    if (door.admits?.(socket.remoteAddress ?? '') === false) return refuse(socket, door, replies.notFromHere)
    if (connections.size >= total) return refuse(socket, door, replies.tooManyConnections)
    const source = sourceNetwork(socket.remoteAddress ?? '')
    // Counted before it is compared: threads that accept at the same moment see each other.
    if (counts.add(source) > perAddress) {
      counts.remove(source)
      return refuse(socket, door, replies.tooManyConnections)
    }
    const connection = serveConnection(socket, door, service)
    connections.add(connection)
    void connection.closed.then(() => {
      connections.delete(connection)
      counts.remove(source)
    })
  }
  const servers = await Promise.all(
    doors.flatMap(({ door, listen }) => listen.map((where) => open(where, (socket) => accept(socket, door)))),
  )
  return { drain: (patience) => drain(servers, connections, patience, service) }
}

/** Before TLS there is no channel on an implicit-TLS port to say why. */
function refuse(socket: Socket, door: Door, reply: Reply): void {
  socket.on('error', () => socket.destroy())
  if (door.implicitTls) socket.destroy()
  else socket.end(encodeReply(reply))
}

function open(where: ListenAddress, accept: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: where.address, port: where.port, reusePort: where.reusePort, backlog: 1024 }, () => {
      server.removeListener('error', reject)
      // Out of descriptors or memory for one connection: that connection is lost, the door stays open.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

async function drain(
  servers: readonly Server[],
  connections: ReadonlySet<Connection>,
  patience: number,
  service: SubmissionService,
): Promise<void> {
  // Who is in the kernel's queue by now is let in and told, instead of being cut off.
  await new Promise((resolve) => setImmediate(resolve))
  for (const server of servers) server.close()
  for (const connection of connections) connection.drain()
  const all = Promise.all([...connections].map((connection) => connection.closed))
  let cancel = () => {}
  const late = new Promise<void>((resolve) => {
    cancel = service.clock.after(patience, resolve)
  })
  await Promise.race([all, late])
  cancel()
  for (const connection of connections) connection.dismiss()
}
