// A host that completes no connection: its thread stops for good as soon as it listens, and its queue is filled. What comes after that
// is neither taken nor refused.

import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const PROGRAM = `
const { createServer } = require('node:net')
const { workerData, parentPort } = require('node:worker_threads')
const server = createServer()
server.listen({ port: workerData.port, host: workerData.address, backlog: 1 }, () => {
  parentPort.postMessage('listening')
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2147483647))
})
`
/** More than fit into the queue. */
const FILLING = 8

export type DeafHost = { close(): Promise<void> }

export async function openDeafHost(address: string, port: number): Promise<DeafHost> {
  const worker = new Worker(PROGRAM, { eval: true, workerData: { address, port } })
  await once(worker, 'message')
  const sockets: Socket[] = []
  for (let index = 0; index < FILLING; index += 1) {
    const socket = connect({ host: address, port })
    socket.on('error', () => {})
    sockets.push(socket)
  }
  await once(sockets[0] as Socket, 'connect')
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      await worker.terminate()
    },
  }
}
