// The HTTPS listener: TLS, limits and a patient end around the app. It knows no route. A client that sends slowly is cut off by
// absolute deadlines, since an idle timeout starts anew with each octet.

import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Clock, systemClock } from '../config/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { HttpEnv } from './request-context.ts'

const HANDSHAKE_LIMIT = 15_000
const HEADERS_LIMIT = 15_000
const REQUEST_LIMIT = 60_000
/** Longer than the idle time of common proxies and clients, so that they are the ones to close. */
const KEEP_ALIVE_LIMIT = 65_000
/** Without an octet either way: a client that does not read its answer. */
const IDLE_LIMIT = 120_000
/** An idle TLS connection costs some 50 KiB; management needs few. */
const CONNECTION_LIMIT = 1000
/** Octets; a token is below 2 KiB. */
const HEADERS_SIZE_LIMIT = 16 * 1024

export type HttpsServer = {
  readonly port: number
  /** For connections from now on; those that are open go on. */
  setSecureContext(options: SecureContextOptions): void
  /** Takes no more connections and waits this many milliseconds for requests under way before it ends them. */
  close(patience: number): Promise<void>
}

/** Port 0 picks a free one. Rejects when the address cannot be listened on. */
export async function startHttpsServer(options: {
  readonly app: Pick<Hono<HttpEnv>, 'fetch'>
  readonly address: string
  readonly port: number
  /** Others of ours may listen there too. */
  readonly reusePort?: boolean
  readonly secureContext: SecureContextOptions
  readonly clock?: Clock
  readonly logger?: Logger
}): Promise<HttpsServer> {
  const { app, address, port, reusePort = false, secureContext, clock = systemClock, logger } = options
  // Without the override, which would replace the globals of the whole thread.
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    errorHandler: badRequest,
  })
  const server = createServer(
    {
      ...secureContext,
      handshakeTimeout: HANDSHAKE_LIMIT,
      headersTimeout: HEADERS_LIMIT,
      requestTimeout: REQUEST_LIMIT,
      keepAliveTimeout: KEEP_ALIVE_LIMIT,
      maxHeaderSize: HEADERS_SIZE_LIMIT,
    },
    (request, response) => void listener(request, response),
  )
  server.setTimeout(IDLE_LIMIT)
  server.maxConnections = CONNECTION_LIMIT
  // The server itself knows only those that have finished their handshake.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // A scanner's broken handshake is nothing to tell anybody; without a listener it would close less surely.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, reusePort }, resolve)
  })
  // From here on it is about one connection that could not be taken, for want of file descriptors; unheard it would end the process.
  server.on('error', (error) => logger?.error({ err: error }, 'a connection was not taken'))
  return {
    port: (server.address() as AddressInfo).port,
    setSecureContext: (renewed) => server.setSecureContext(renewed),
    close: (patience) =>
      new Promise((resolve) => {
        const cancel = clock.after(patience, () => {
          for (const socket of sockets) socket.destroy()
        })
        server.close(() => {
          cancel()
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

/** What the app never saw: no Host, or a target that is no URL. */
function badRequest(): Response {
  return new Response(null, { status: 400, headers: { 'cache-control': 'no-store' } })
}
