// Finds out, before any thread starts, that every port can be had: each is bound exclusively once, which resolves 0 and names a port
// that is in use, then closed and handed on to the threads, which bind it together. A port that was picked here is held meanwhile:
// the next one who asks for any free port would else be given it too, and with shared ports neither would notice.

import { createServer, type Server } from 'node:net'

/** An address as configured: `localhost` stands for both loopback addresses, where the machine has both. */
export type Place = { readonly name: string; readonly address: string; readonly port: number }

export type ResolvedPlace = { readonly name: string; readonly addresses: readonly string[]; readonly port: number }

export type PortOutcome =
  /** `release` is to be called once the threads have bound the ports, or will not. */
  | { readonly type: 'resolved'; readonly places: readonly ResolvedPlace[]; readonly release: () => void }
  | { readonly type: 'taken'; readonly message: string }

type Probe = { readonly port: number } | { readonly code: string }

/** A free port is free on the first address; the second must be asked for the same one, so a few tries are allowed. */
const TRIES = 20

/** Ports are held only where several listeners may share one: `canShare`. */
export async function resolvePorts(places: readonly Place[], canShare: boolean): Promise<PortOutcome> {
  const resolved: ResolvedPlace[] = []
  const held: Server[] = []
  const release = () => {
    for (const server of held.splice(0)) server.close()
  }
  for (const place of places) {
    const outcome = await resolvePlace(place, canShare ? held : undefined)
    if ('message' in outcome) {
      release()
      return { type: 'taken', message: outcome.message }
    }
    resolved.push(outcome)
  }
  return { type: 'resolved', places: resolved, release }
}

async function resolvePlace(
  place: Place,
  held: Server[] | undefined,
): Promise<ResolvedPlace | { readonly message: string }> {
  const [first, second] = place.address === 'localhost' ? ['127.0.0.1', '::1'] : [place.address]
  for (let tries = 0; tries < TRIES; tries++) {
    const probe = await bindOnce(first ?? place.address, place.port)
    if ('code' in probe) return { message: explain(place, probe.code) }
    const twin = second === undefined ? undefined : await bindOnce(second, probe.port)
    const alone = twin === undefined || ('code' in twin && isAbsent(twin.code))
    if (alone || 'port' in twin) {
      const addresses = [first ?? place.address, ...(alone ? [] : [second ?? ''])]
      const isOurs = place.port !== 0 || held === undefined || (await hold(addresses, probe.port, held))
      if (isOurs) return { name: place.name, addresses, port: probe.port }
    } else if (place.port !== 0) return { message: explain(place, twin.code) }
  }
  return { message: `${place.name}: no port is free on ${place.address}` }
}

/** Listens without ever answering; the threads, which share the port, may join. False when somebody was faster. */
async function hold(addresses: readonly string[], port: number, held: Server[]): Promise<boolean> {
  for (const host of addresses) {
    const server = createServer((socket) => socket.destroy())
    const isListening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen({ host, port, reusePort: true }, () => resolve(true))
    })
    if (!isListening) return false
    held.push(server)
  }
  return true
}

/** IPv6 is switched off on this machine. */
const isAbsent = (code: string): boolean => code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'

function bindOnce(address: string, port: number): Promise<Probe> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? error.message }))
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address()
      server.close(() =>
        resolve(typeof bound === 'object' && bound !== null ? { port: bound.port } : { code: 'EINVAL' }),
      )
    })
  })
}

function explain({ name, address, port }: Place, code: string): string {
  const where = `${name}: port ${port} on ${address}`
  if (code === 'EADDRINUSE')
    return `${where} is in use. Stop what listens there, or choose another port (0 picks a free one).`
  if (code === 'EACCES') return `${where} needs a privilege (CAP_NET_BIND_SERVICE), or choose a port above 1023.`
  return `${where} cannot be listened on: ${code}`
}
