// Why a start cannot go on, for a reason outside the program.

/** The message says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
