// Work of which only so much is done at once; the rest waits in order. What waits is bounded by whoever asks.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

export function createTurns(most: number): InTurn {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    // Whoever is done hands on its place.
    if (running < most) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
