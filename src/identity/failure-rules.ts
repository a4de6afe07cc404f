// How long whoever keeps failing to sign in waits before the next attempt is looked at. What is counted is time: each attempt adds a
// share of ten minutes, and time takes it away again. The first twenty add up to ten minutes and cost nothing; from there the wait
// doubles up to ten seconds; at twenty minutes a source is turned away. Pure arithmetic, the same for names that exist and names that do
// not. All in milliseconds.

/** Within it, so many failures as the setting says cost nothing. */
export const WINDOW = 600_000
/** Beyond it nothing is added: whoever stops is free again after so long. */
export const CEILING = 2 * WINDOW
/** One more failure, where twenty are free. */
export const STEP = WINDOW / 20
const FIRST_WAIT = 1000
const LONGEST_WAIT = 10_000

/** What an attempt adds where `free` of them cost nothing. */
export const costOf = (free: number): number => Math.ceil(WINDOW / free)

/** `backlog` is what the attempt and those before it have added and time has not taken away. */
export function waitAt(backlog: number): number {
  if (backlog <= WINDOW) return 0
  const steps = Math.ceil((backlog - WINDOW) / STEP)
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (steps - 1))
}

/** For a source alone: a name or a tenant that others attack is never turned away. */
export const isTurnedAway = (backlog: number): boolean => backlog > CEILING
