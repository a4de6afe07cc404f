// A thread for the supervisor's tests: it starts like a real one and dies when a line to it says so.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { FromThread, ThreadSettings, ToThread } from './thread-protocol.ts'

const { role, index } = workerData as ThreadSettings
const tell = (message: FromThread) => parentPort?.postMessage(message)

function serve(line: MessagePort): void {
  line.on('message', (said: string) => {
    if (said === 'die') throw new Error('told to die')
    line.postMessage(`${role} ${said}`)
  })
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'store' && role === 'store') serve(message.port)
  else if (message.type === 'store') {
    message.port.on('message', () => {})
    message.port.postMessage(`hello from ${role}-${index}`)
  } else if (message.type === 'metrics') tell({ type: 'metrics', id: message.id, metrics: [`${role}-${index}`] })
  else if (message.type === 'stop') {
    tell({ type: 'stopped' })
    process.exit(0)
  }
})
if (index === 99) tell({ type: 'failed', message: 'no port is free' })
else tell({ type: 'started' })
