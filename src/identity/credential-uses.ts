// Remembers when each credential was used last by each device, and tells the store now and then: soon after the first use, then at most
// once in a while for each device, however busy it is. A process that dies loses what it has not told yet, at most that while. Nothing
// waits for it, and a store that does not answer is asked again later.

import type { Clock } from '../config/clock.ts'
import type { CredentialUse, CredentialWriter } from '../storage/credentials.ts'

/** Between two writes of one device of a credential, in milliseconds. */
export const USE_INTERVAL = 2 * 60_000
/** From a use that may be told at once until it is: others come along. */
const GATHERING = 1000
/** Devices that are remembered. Beyond them everything is told at once and forgotten. */
const LIMIT = 10_000

export interface CredentialUses {
  /** Costs no more than remembering; the latest use counts. */
  mark(use: CredentialUse): void
  /** Tells what is not told yet, and no more after it. */
  stop(): Promise<void>
}

export function createCredentialUses(service: {
  readonly writer: CredentialWriter
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}): CredentialUses {
  return new Uses(service)
}

/** `use` is there when it is not told yet. */
type Remembered = { use?: CredentialUse; toldAt: number }

class Uses implements CredentialUses {
  readonly #service: Parameters<typeof createCredentialUses>[0]
  readonly #remembered = new Map<string, Remembered>()
  #cancel: () => void = () => {}
  #nextAt = Number.POSITIVE_INFINITY
  #telling: Promise<void> = Promise.resolve()

  constructor(service: Parameters<typeof createCredentialUses>[0]) {
    this.#service = service
  }

  mark(use: CredentialUse): void {
    const key = keyOf(use)
    const known = this.#remembered.get(key)
    if (known === undefined && this.#remembered.size >= LIMIT) this.#makeRoom()
    const remembered = known ?? { toldAt: Number.NEGATIVE_INFINITY }
    remembered.use = use
    this.#remembered.set(key, remembered)
    this.#tellAt(dueAt(remembered, use.at))
  }

  async stop(): Promise<void> {
    this.#cancel()
    this.#tell(() => true)
    await this.#telling
    this.#cancel()
  }

  #makeRoom(): void {
    this.#tell(() => true)
    this.#remembered.clear()
  }

  #tellAt(at: number): void {
    if (at >= this.#nextAt) return
    this.#cancel()
    this.#nextAt = at
    this.#cancel = this.#service.clock.after(Math.max(0, at - this.#service.clock.now()), () => this.#tellDue())
  }

  /** Those that were told long ago are forgotten on the way: their next use is told at once again. */
  #tellDue(): void {
    this.#nextAt = Number.POSITIVE_INFINITY
    const now = this.#service.clock.now()
    for (const [key, { use, toldAt }] of this.#remembered)
      if (use === undefined && toldAt + USE_INTERVAL <= now) this.#remembered.delete(key)
    this.#tell((remembered) => dueAt(remembered, 0) <= now)
    const next = [...this.#remembered.values()].filter(({ use }) => use !== undefined)
    if (next.length > 0) this.#tellAt(Math.min(...next.map((remembered) => dueAt(remembered, now))))
  }

  #tell(isDue: (remembered: Remembered) => boolean): void {
    const now = this.#service.clock.now()
    const uses: CredentialUse[] = []
    for (const remembered of this.#remembered.values()) {
      if (remembered.use === undefined || !isDue(remembered)) continue
      uses.push(remembered.use)
      delete remembered.use
      remembered.toldAt = now
    }
    if (uses.length > 0) this.#telling = this.#telling.then(() => this.#write(uses))
  }

  async #write(uses: readonly CredentialUse[]): Promise<void> {
    try {
      await this.#service.writer.recordUses(uses)
    } catch (error) {
      this.#service.onFailure(error)
      for (const use of uses) this.#keep(use)
    }
  }

  /** What could not be told waits for the next time, unless there was a later use. */
  #keep(use: CredentialUse): void {
    const remembered = this.#remembered.get(keyOf(use))
    if (remembered === undefined || remembered.use !== undefined) return
    remembered.use = use
    this.#tellAt(dueAt(remembered, use.at))
  }
}

const keyOf = ({ tenantId, applicationId, keyId, network, username = '' }: CredentialUse): string =>
  `${tenantId} ${applicationId} ${keyId} ${network} ${username}`

const dueAt = ({ toldAt }: Remembered, usedAt: number): number => Math.max(usedAt + GATHERING, toldAt + USE_INTERVAL)
