// Finds out, before any thread starts, that every port can be had: each is bound exclusively once, which resolves 0 and names a port
// that is in use, then closed and handed on to the threads, which bind it together.

import { createServer } from 'node:net'

/** An address as configured: `localhost` stands for both loopback addresses, where the machine has both. */
export type Place = { readonly name: string; readonly address: string; readonly port: number }

export type ResolvedPlace = { readonly name: string; readonly addresses: readonly string[]; readonly port: number }

export type PortOutcome =
  | { readonly type: 'resolved'; readonly places: readonly ResolvedPlace[] }
  | { readonly type: 'taken'; readonly message: string }

type Probe = { readonly port: number } | { readonly code: string }

/** A free port is free on the first address; the second must be asked for the same one, so a few tries are allowed. */
const TRIES = 20

export async function resolvePorts(places: readonly Place[]): Promise<PortOutcome> {
  const resolved: ResolvedPlace[] = []
  for (const place of places) {
    const outcome = await resolvePlace(place)
    if ('message' in outcome) return { type: 'taken', message: outcome.message }
    resolved.push(outcome)
  }
  return { type: 'resolved', places: resolved }
}

async function resolvePlace(place: Place): Promise<ResolvedPlace | { readonly message: string }> {
  const [first, second] = place.address === 'localhost' ? ['127.0.0.1', '::1'] : [place.address]
  for (let tries = 0; tries < TRIES; tries++) {
    const probe = await bindOnce(first ?? place.address, place.port)
    if ('code' in probe) return { message: explain(place, probe.code) }
    const twin = second === undefined ? undefined : await bindOnce(second, probe.port)
    if (twin === undefined || ('code' in twin && isAbsent(twin.code)))
      return { name: place.name, addresses: [first ?? place.address], port: probe.port }
    if ('port' in twin) return { name: place.name, addresses: [first ?? '', second ?? ''], port: probe.port }
    if (place.port !== 0) return { message: explain(place, twin.code) }
  }
  return { message: `${place.name}: no port is free on both loopback addresses` }
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
