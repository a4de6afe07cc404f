// Fixture: a store thread. It serves the port it was given and every port that is sent to it.

import { dirname } from 'node:path'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { openWriter } from './database.ts'
import { serveStore } from './store-server.ts'
import { createWriting } from './writers.ts'

const { path } = workerData as { readonly path: string }
const opened = openWriter(path)
if (opened.type !== 'opened') throw new Error(opened.message)
const { writers, groupCommit } = createWriting(opened.database, dirname(path))
parentPort?.on('message', (port: MessagePort) => serveStore(port, writers, groupCommit))
