// `If-Match` and `If-None-Match` on writes: a client changes what it has seen, or makes what is not there yet, or nothing happens.
// RFC 9110 §13.1.1, §13.1.2. Azure: 412 PreconditionFailed, control-plane reference §4.3.

import type { HonoRequest } from 'hono'
import type { Resource } from '../../resources/resource.ts'
import { type Refusal, refused } from '../refusal.ts'

/** As sent. */
export type Conditions = { readonly ifMatch: string | undefined; readonly ifNoneMatch: string | undefined }

export function conditionsOf(request: HonoRequest): Conditions {
  return { ifMatch: request.header('if-match'), ifNoneMatch: request.header('if-none-match') }
}

/** Stands for what is stored and has no etag: only `*` matches it. */
export const NO_ETAG: { readonly etag?: string } = {}

/** `stored` is what the write would change or remove. */
export function checkConditions(
  { ifMatch, ifNoneMatch }: Conditions,
  stored: Partial<Pick<Resource, 'etag'>> | undefined,
): Refusal | undefined {
  const matches = (condition: string) => stored !== undefined && names(condition, stored.etag)
  if (ifMatch !== undefined && !matches(ifMatch)) {
    return preconditionFailed('If-Match', stored === undefined ? 'there is no such resource' : 'its etag is another')
  }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch)) {
    return preconditionFailed('If-None-Match', 'the resource is there')
  }
  return undefined
}

/** Clients send etags with quotes and without. A weak one never matches strongly, and never is one of ours. */
function names(condition: string, etag: string | undefined): boolean {
  return condition.split(',').some((part) => {
    const text = part.trim()
    return text === '*' || text.replace(/^"(.*)"$/, '$1') === etag
  })
}

function preconditionFailed(header: string, reason: string): Refusal {
  return refused(412, 'PreconditionFailed', `The condition of the request header '${header}' does not hold: ${reason}.`)
}
