// Starts worker threads, joins them to the store thread, and starts a dead one again alone, a little later each time. It knows roles
// and lines between threads, nothing of what the threads do.

import { extname } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { FromThread, Readiness, Role, ThreadSettings, ToThread } from './thread-protocol.ts'

export type SupervisorEvents = {
  readonly onLog: (level: 'info' | 'error', message: string, detail: Record<string, unknown>) => void
}

type Thread = {
  readonly settings: ThreadSettings
  readonly worker: Worker
  readonly started: Promise<void>
  readonly exited: Promise<void>
}

const FIRST_RESTART_DELAY = 100
const LONGEST_RESTART_DELAY = 10_000
/** A thread that has run for so long has recovered: its next death counts as the first. */
const STEADY = 60_000

/**
 * MiB. Left alone, V8 lets the young generation of a busy thread grow to three times this, filled with garbage: a hundred large
 * uploads took 90 MiB more in two threads and no less time.
 */
const YOUNG_GENERATION = 24

// The extension tells whether this is the source or the published build.
const THREAD_FILE = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)

export class Supervisor {
  readonly #threads = new Map<string, Thread>()
  readonly #events: SupervisorEvents
  readonly #threadFile: URL
  readonly #restarts = new Map<string, { count: number; at: number }>()
  /** Lines that the main thread itself keeps to the store; each is told when the store is a new one. */
  readonly #localLines = new Set<(port: MessagePort) => void>()
  #readiness: Readiness = { ready: false, waitingFor: ['start'] }
  #stopping = false

  /** `threadFile` is what every thread runs. */
  constructor(events: SupervisorEvents, threadFile: URL = THREAD_FILE) {
    this.#events = events
    this.#threadFile = threadFile
  }

  /** Resolves when the thread works; rejects with what to do about it when it cannot. */
  async start(settings: ThreadSettings): Promise<void> {
    const thread = this.#spawn(settings, 'first')
    await thread.started
  }

  /** A line to the store for the main thread; `reconnect` gets a new one whenever the store was started again. */
  connectStore(reconnect: (line: MessagePort) => void): MessagePort {
    this.#localLines.add(reconnect)
    return this.#newStoreLine()
  }

  setReadiness(readiness: Readiness): void {
    this.#readiness = readiness
    for (const thread of this.#threads.values())
      if (thread.settings.role === 'api') this.#tell(thread.worker, { type: 'readiness', readiness })
  }

  /** Ends the threads of the roles in order, each allowed so many milliseconds to finish what it owes. */
  async stop(order: readonly (readonly Role[])[], patience: number): Promise<void> {
    this.#stopping = true
    for (const roles of order) {
      const threads = [...this.#threads.values()].filter((thread) => roles.includes(thread.settings.role))
      for (const thread of threads) this.#tell(thread.worker, { type: 'stop', patience })
      await Promise.all(threads.map((thread) => this.#exit(thread, patience)))
    }
  }

  async #exit(thread: Thread, patience: number): Promise<void> {
    const timer = setTimeout(() => void thread.worker.terminate(), patience + 5_000)
    await thread.exited
    clearTimeout(timer)
  }

  #tell(worker: Worker, message: ToThread, transfer: readonly MessagePort[] = []): void {
    worker.postMessage(message, [...transfer])
  }

  /** The first start of a thread is its caller's to judge; a later one that fails is tried again. */
  #spawn(settings: ThreadSettings, start: 'first' | 'again'): Thread {
    const name = `${settings.role}-${settings.index}`
    const worker = new Worker(this.#threadFile, {
      workerData: settings,
      name,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
    })
    let hasStarted = false
    const started = new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.type === 'started') {
          hasStarted = true
          resolve()
        }
        if (message.type === 'failed') reject(new Error(message.message))
        else this.#relay(worker, message)
      })
      worker.once('exit', () => reject(new Error(`the ${name} thread ended while starting`)))
    })
    started.catch(() => {})
    worker.on('error', (error) => this.#events.onLog('error', 'thread failed', { thread: name, error: String(error) }))
    const exited = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        this.#threads.delete(name)
        resolve()
        if (start === 'again' || hasStarted) this.#restartLater(name, settings)
      })
    })
    const thread = { settings, worker, started, exited }
    this.#threads.set(name, thread)
    if (settings.role === 'store') this.#reconnectAll()
    else this.#giveStoreLine(worker)
    if (settings.role === 'api') this.#tell(worker, { type: 'readiness', readiness: this.#readiness })
    return thread
  }

  #restartLater(name: string, settings: ThreadSettings): void {
    if (this.#stopping) return
    const before = this.#restarts.get(name)
    const recovered = before === undefined || Date.now() - before.at > STEADY
    const count = recovered ? 0 : before.count + 1
    this.#restarts.set(name, { count, at: Date.now() })
    const delay = Math.min(FIRST_RESTART_DELAY * 2 ** count, LONGEST_RESTART_DELAY)
    this.#events.onLog('error', 'thread ended, starting it again', { thread: name, delay })
    setTimeout(() => {
      if (!this.#stopping) this.#spawn(settings, 'again')
    }, delay)
  }

  #relay(worker: Worker, message: FromThread): void {
    if (message.type === 'collect-metrics') void this.#collectMetrics(worker, message.id)
  }

  async #collectMetrics(asker: Worker, id: number): Promise<void> {
    const answers = await Promise.all([...this.#threads.values()].map((thread) => this.#askMetrics(thread.worker, id)))
    this.#tell(asker, { type: 'metrics-collected', id, metrics: answers.filter((one) => one !== undefined) })
  }

  #askMetrics(worker: Worker, id: number): Promise<unknown> {
    return new Promise((resolve) => {
      const done = (metrics: unknown) => {
        clearTimeout(timer)
        worker.off('message', answer)
        resolve(metrics)
      }
      const answer = (message: FromThread) => {
        if (message.type === 'metrics' && message.id === id) done(message.metrics)
      }
      const timer = setTimeout(() => done(undefined), 1_000)
      worker.on('message', answer)
      this.#tell(worker, { type: 'metrics', id })
    })
  }

  /** One end goes to the store thread now; the other is returned. */
  #newStoreLine(): MessagePort {
    const store = this.#threads.get('store-0')
    const { port1, port2 } = new MessageChannel()
    if (store === undefined) port1.close()
    else this.#tell(store.worker, { type: 'store', port: port1 }, [port1])
    return port2
  }

  #reconnectAll(): void {
    for (const reconnect of this.#localLines) reconnect(this.#newStoreLine())
    for (const thread of this.#threads.values()) {
      if (thread.settings.role !== 'store') this.#giveStoreLine(thread.worker)
    }
  }

  #giveStoreLine(worker: Worker): void {
    const port = this.#newStoreLine()
    this.#tell(worker, { type: 'store', port }, [port])
  }
}
