// Tells the dispatch thread of this process that mail may be due, without a message per mail: a counter in shared memory. It is a
// hint and saves waiting; what is due is in the spool, and dispatch looks there by itself as well.

export type DueSignal = {
  raise(): void
  /** Resolves when the signal was raised since the last call returned, at the latest after `patience` milliseconds. */
  wait(patience: number): Promise<void>
}

export const createDueSignalMemory = (): SharedArrayBuffer => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)

export function openDueSignal(memory: SharedArrayBuffer): DueSignal {
  const counter = new Int32Array(memory)
  let seen = Atomics.load(counter, 0)
  return {
    raise() {
      Atomics.add(counter, 0, 1)
      Atomics.notify(counter, 0)
    },
    async wait(patience) {
      const waiting = Atomics.waitAsync(counter, 0, seen, patience)
      if (waiting.async) await waiting.value
      seen = Atomics.load(counter, 0)
    },
  }
}
