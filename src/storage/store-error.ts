// What a store throws when it cannot do its work for a reason outside the program. It says which of two answers the client gets
// (452 or 451, 507 or 503), never which engine failed. Expected outcomes are not errors and bugs are not StoreErrors, except
// that a bug met in the store thread reaches its caller as `internal`.

/** `full`: no space left. `unavailable`: try again later. `internal`: a bug in the store; the message is for the log alone. */
export type StoreErrorCode = 'full' | 'unavailable' | 'internal'

export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
