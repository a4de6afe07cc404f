// How a command fails: one line that says what failed, one that says what to do next (notes between them where something was done
// already), and the exit code. Nothing here prints.

/**
 * `misused` is the caller's mistake (exit 2); anything else exits 1. `status` and `code` are the server's when it refused. `notes` are
 * lines between what failed and what to do next.
 */
export type Failure = {
  readonly type: 'failed'
  readonly what: string
  readonly notes?: readonly string[]
  readonly next: string
  readonly misused?: true
  readonly status?: number
  readonly code?: string
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

/** What was asked for is not there: the caller may want to go on with that. */
export function notFound(what: string, next: string): Failure {
  return { ...failed(what, next), status: 404 }
}

export function exitCodeOf(failure: Failure): number {
  return failure.misused === true ? EXIT_MISUSED : EXIT_FAILED
}
