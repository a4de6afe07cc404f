// Opens the doors: listens, counts connections in total and by source, refuses beyond the limits before any TLS work is spent, and on
// drain stops accepting and lets every session finish the reply it owes.

import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import { encodeReply, replies } from '../smtp/reply.ts'
import { type Connection, type Door, serveConnection } from './serve-connection.ts'
import type { SubmissionService } from './submission.ts'

export type ListenAddress = { readonly address: string; readonly port: number; readonly reusePort: boolean }

export type ConnectionLimits = { readonly perAddress: number; readonly total: number }

export type Acceptor = {
  /** Stops accepting, drains, and resolves when the last connection is closed; after `patience` milliseconds they are dismissed. */
  drain(patience: number): Promise<void>
}

/** IPv6 sources are counted by /64: one customer holds at least that much. */
function sourceOf(address: string): string {
  return isIPv6(address) ? address.split(':').slice(0, 4).join(':') : address
}

export async function acceptSubmission(
  doors: readonly { readonly door: Door; readonly listen: readonly ListenAddress[] }[],
  limits: ConnectionLimits,
  service: SubmissionService,
): Promise<Acceptor> {
  const connections = new Set<Connection>()
  const bySource = new Map<string, number>()
  const accept = (socket: Socket, door: Door) => {
    const source = sourceOf(socket.remoteAddress ?? '')
    const fromSource = bySource.get(source) ?? 0
    if (connections.size >= limits.total || fromSource >= limits.perAddress) return refuse(socket, door)
    bySource.set(source, fromSource + 1)
    const connection = serveConnection(socket, door, service)
    connections.add(connection)
    void connection.closed.then(() => {
      connections.delete(connection)
      const left = (bySource.get(source) ?? 1) - 1
      if (left > 0) bySource.set(source, left)
      else bySource.delete(source)
    })
  }
  const servers = await Promise.all(
    doors.flatMap(({ door, listen }) => listen.map((where) => open(where, (socket) => accept(socket, door)))),
  )
  return { drain: (patience) => drain(servers, connections, patience, service) }
}

/** Before TLS there is no channel on an implicit-TLS port to say why. */
function refuse(socket: Socket, door: Door): void {
  socket.on('error', () => socket.destroy())
  if (door.implicitTls) socket.destroy()
  else socket.end(encodeReply(replies.tooManyConnections))
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
