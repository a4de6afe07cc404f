// A refusal as a client of Azure's own shows it, in one table of cases: status, code, the words that tools look for, and what member it
// is about where the client tells that.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorOf } from './azure-clients.ts'

export type Refusal = {
  readonly name: string
  readonly status: number
  readonly code: string
  readonly says?: RegExp
  readonly target?: string
  readonly call: () => Promise<unknown>
}

export function checkRefusals(refusals: readonly Refusal[]): void {
  for (const { name: what, status, code, says = /./, target, call } of refusals)
    test(`${code}: ${what}`, async () => {
      const error = await errorOf(call())
      assert.deepEqual([error.statusCode, error.code], [status, code], error.message)
      assert.match(error.message, says)
      if (target !== undefined) assert.equal(error.details?.error?.target, target)
    })
}
