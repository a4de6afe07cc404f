// A path whose names hold U+0000 leads to nothing: no store has such a name, and PostgreSQL cannot even be asked for it. RFC 3986 §7.3.

import type { MiddlewareHandler } from 'hono'
import { answerRefusal, badRequest } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'

const BAD_PATH = badRequest('BadRequest', 'A path does not hold U+0000.')

export const refuseUnstorablePath: MiddlewareHandler<HttpEnv> = (c, next) =>
  c.req.path.includes('%00') ? Promise.resolve(answerRefusal(c, BAD_PATH)) : next()
