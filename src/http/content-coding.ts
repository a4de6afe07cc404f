// Bodies are read as they are: one that was compressed is refused rather than misread, wherever it goes, and the answer says what is
// taken. RFC 9110 §8.4, §12.5.3, §15.5.16.

import type { MiddlewareHandler } from 'hono'
import { answerRefusal, refused } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'

const UNSUPPORTED_CODING = refused(
  415,
  'UnsupportedMediaType',
  'The body must be sent without a content coding: leave Content-Encoding out.',
  { 'accept-encoding': 'identity' },
)

/** A coding without a body is nobody's business. */
export const refuseCodedBody: MiddlewareHandler<HttpEnv> = (c, next) => {
  const codings = (c.req.header('content-encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  const isPlain = codings.every((coding) => coding === '' || coding === 'identity')
  return isPlain || c.req.raw.body === null ? next() : Promise.resolve(answerRefusal(c, UNSUPPORTED_CODING))
}
