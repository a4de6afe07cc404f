// The HTTPS listener: TLS, limits and a patient end around the app. It knows no route. A client that sends slowly is cut off by
// absolute deadlines, since an idle timeout starts anew with each octet.

import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Clock, systemClock } from '../config/clock.ts'
import { HTTPS_CONNECTIONS } from '../config/defaults.ts'
import { sourceNetwork } from '../identity/source-network.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { HttpEnv } from './request-context.ts'

const HANDSHAKE_LIMIT = 15_000
const HEADERS_LIMIT = 15_000
/** How often Node looks whether headers or a request are over their time; by default only twice a minute. */
const CHECKING_INTERVAL = 5_000
const REQUEST_LIMIT = 60_000
/** Longer than the idle time of common proxies and clients, so that they are the ones to close. */
const KEEP_ALIVE_LIMIT = 65_000
/** Without an octet either way: a client that does not read its answer. */
const IDLE_LIMIT = 120_000
/** Octets; a token is below 2 KiB. */
const HEADERS_SIZE_LIMIT = 16 * 1024

/** Open at once. An idle TLS connection costs some 50 KiB. */
export type ConnectionLimits = { readonly perAddress: number; readonly total: number }

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
  readonly connections?: ConnectionLimits
  readonly clock?: Clock
  readonly logger?: Logger
}): Promise<HttpsServer> {
  const { app, address, port, reusePort = false, secureContext, connections = HTTPS_CONNECTIONS } = options
  const { clock = systemClock, logger } = options
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
      connectionsCheckingInterval: CHECKING_INTERVAL,
      keepAliveTimeout: KEEP_ALIVE_LIMIT,
      maxHeaderSize: HEADERS_SIZE_LIMIT,
    },
    (request, response) => {
      if (hasSeveralHosts(request)) response.writeHead(400, { 'cache-control': 'no-store', connection: 'close' }).end()
      else void listener(request, response)
    },
  )
  server.setTimeout(IDLE_LIMIT)
  const sockets = limitConnections(server, connections)
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

/**
 * Closes what is beyond the limits before its handshake: there is no channel yet to say why. Answers those that are open; the server
 * itself knows only those that have finished their handshake.
 */
function limitConnections(server: Server, { perAddress, total }: ConnectionLimits): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  const bySource = new Map<string, number>()
  server.maxConnections = total
  server.on('connection', (socket: Socket) => {
    const source = sourceNetwork(socket.remoteAddress ?? '')
    const fromSource = bySource.get(source) ?? 0
    if (fromSource >= perAddress) return socket.destroy()
    bySource.set(source, fromSource + 1)
    sockets.add(socket)
    return socket.once('close', () => {
      sockets.delete(socket)
      const left = (bySource.get(source) ?? 1) - 1
      if (left > 0) bySource.set(source, left)
      else bySource.delete(source)
    })
  })
  return sockets
}

/**
 * Node refuses a request without Host, but takes the first of several, where a proxy before us may have taken the last.
 * RFC 9112 §3.2: 400.
 */
function hasSeveralHosts({ headersDistinct }: IncomingMessage): boolean {
  return (headersDistinct['host']?.length ?? 0) > 1
}

/** What the app never saw: no Host, or a target that is no URL. */
function badRequest(): Response {
  return new Response(null, { status: 400, headers: { 'cache-control': 'no-store' } })
}
