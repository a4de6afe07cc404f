// Fixture: a network between a pool and its server that can be cut, fall silent, stand still or be slow at a chosen moment.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Network = {
  /** `url` by way of this network. */
  through(url: string): string
  /** Cuts the connection on which `text` is sent, when the server has answered to it and the answer is on its way. */
  cutAfter(text: string): void
  /** From now on nothing arrives, and nobody is told. */
  fallSilent(): void
  /** From now on nothing arrives, and nothing is lost. New connections are taken. */
  hold(): void
  /** From now on everything arrives so many milliseconds late. */
  slowDown(by: number): void
  /** As it was at first; what was held arrives. */
  mend(): void
  close(): Promise<void>
}

export async function openNetwork(url: string): Promise<Network> {
  const server = new URL(url)
  const sockets = new Set<Socket>()
  let fatal: string | undefined
  let silent = false
  let held = false
  let late = 0
  const pass = (octets: Buffer, to: Socket) => {
    if (silent) return
    if (late > 0) setTimeout(() => to.write(octets), late)
    else to.write(octets)
  }
  const listener = createServer((near) => {
    const far = connect(Number(server.port), server.hostname)
    let doomed = false
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => {}))
      socket.once('close', () => sockets.delete(socket))
    }
    near.on('data', (octets: Buffer) => {
      doomed ||= fatal !== undefined && octets.includes(fatal)
      pass(octets, far)
    })
    far.on('data', (octets: Buffer) => {
      if (doomed) near.destroy()
      else pass(octets, near)
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    if (held) for (const socket of [near, far]) socket.pause()
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    through: (url) => {
      const detour = new URL(url)
      detour.port = String((listener.address() as AddressInfo).port)
      return detour.href
    },
    cutAfter: (text) => void (fatal = text),
    fallSilent: () => void (silent = true),
    hold: () => {
      held = true
      for (const socket of sockets) socket.pause()
    },
    slowDown: (by) => void (late = by),
    mend: () => {
      fatal = undefined
      silent = held = false
      late = 0
      for (const socket of sockets) socket.resume()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
