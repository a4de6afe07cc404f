// A node of a run of chaos that is started again whenever it ends, as a service manager would: after a kill, and when its start failed
// because the database is away.

import { setTimeout as after } from 'node:timers/promises'
import type { RunningService } from '../fixtures/capture-inbox.ts'
import { type Cleanup, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { type ServiceProcess, spawnService } from './service-process.ts'

/** Between the end of a node that was not killed and its next start. */
const BEFORE_AGAIN = 500

/** Lines of the log that no outage explains. */
const BUGS = /because of a bug|thread failed|thread ended|uncaught|"code":"internal"|ended by itself/i

export class ChaosNode {
  readonly #directory: string
  readonly #variables: Readonly<Record<string, string>>
  readonly #onReady: (service: RunningService) => void
  #process: ServiceProcess
  #running = Promise.withResolvers<RunningService>()
  #killed: { readonly pause: number } | undefined
  #isWanted = true
  #complaints = ''

  /** `variables` are added to the environment. */
  constructor(
    context: Cleanup,
    variables: Readonly<Record<string, string>>,
    onReady: (service: RunningService) => void = () => {},
  ) {
    this.#directory = temporaryDirectory(context)
    this.#variables = variables
    this.#onReady = onReady
    this.#process = this.#spawn()
    void this.#keep()
    context.after(async () => {
      this.#isWanted = false
      await this.#process.kill()
    })
  }

  /** When it works, or works again. */
  running(): Promise<RunningService> {
    return this.#running.promise
  }

  /** SIGKILL, even while it starts; it is started again after so many milliseconds. */
  async kill(pause: number): Promise<void> {
    this.#killed = { pause }
    await this.#process.kill()
  }

  /** What no outage explains. */
  bugs(): readonly string[] {
    return `${this.#complaints}${this.#process.complaint()}`.split('\n').filter((line) => BUGS.test(line))
  }

  #spawn(): ServiceProcess {
    return spawnService(this.#directory, [], this.#variables)
  }

  async #keep(): Promise<void> {
    while (this.#isWanted) {
      const service = await this.#process.ready
      if (service !== undefined) {
        this.#onReady(service)
        this.#running.resolve(service)
      }
      await this.#process.ended
      if (service !== undefined) this.#running = Promise.withResolvers()
      if (service !== undefined && this.#killed === undefined) this.#complaints += 'the node ended by itself\n'
      this.#complaints += this.#process.complaint()
      await after(this.#killed?.pause ?? BEFORE_AGAIN)
      this.#killed = undefined
      if (this.#isWanted) this.#process = this.#spawn()
    }
  }
}
