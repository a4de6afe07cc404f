// How a command fails: one line that says what failed, one that says what to do next, and the exit code. Nothing here prints.

/** `misused` is the caller's mistake (exit 2); anything else exits 1. `status` is the HTTP status when a server refused. */
export type Failure = {
  readonly type: 'failed'
  readonly what: string
  readonly next: string
  readonly misused?: true
  readonly status?: number
}

export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_MISUSED = 2

export function failed(what: string, next: string): Failure {
  return { type: 'failed', what, next }
}

export function misused(what: string, next: string): Failure {
  return { type: 'failed', what, next, misused: true }
}

export function exitCodeOf(failure: Failure): number {
  return failure.misused === true ? EXIT_MISUSED : EXIT_FAILED
}
