// Our own operations that are no part of the ARM tree: accepted messages, decisions and the capture inbox. They speak like ARM.

import { Hono } from 'hono'
import { requireBearer, type BearerDependencies } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { pageQuery } from '../paging.ts'
import type { HttpEnv } from '../request-context.ts'
import { listOf, ok } from '../responses.ts'
import { described, route } from '../route.ts'
import { CAPTURES_PATH, deleteCaptures, listCaptures, readCaptureContent } from './captures.ts'
import { readDecision } from './decisions.ts'
import { capturesDeleted, captureSchema, decisionSchema, messageDetailSchema, messageSchema } from './mail-schemas.ts'
import { listMessages, MESSAGES_PATH, readMessage } from './messages.ts'

export function createMailApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const messages = MESSAGES_PATH.toLowerCase()
  app.use('/capture/*', requireBearer(dependencies, 'capture'))
  app.use('/providers/postern.mail/*', requireBearer(dependencies, 'management'))
  const query = pageQuery
  route(app, messages, {
    GET: described({ query, response: ok(listOf(messageSchema)) }, listMessages(dependencies)),
  })
  route(app, `${messages}/:id`, {
    GET: described({ response: ok(messageDetailSchema) }, readMessage(dependencies)),
  })
  route(app, '/providers/postern.mail/decisions/:reference', {
    GET: described({ response: ok(decisionSchema) }, readDecision(dependencies)),
  })
  route(app, CAPTURES_PATH, {
    GET: described({ query, response: ok(listOf(captureSchema)) }, listCaptures(dependencies)),
    DELETE: described({ response: ok(capturesDeleted) }, deleteCaptures(dependencies)),
  })
  route(app, `${CAPTURES_PATH}/:id/raw`, {
    GET: described({ response: ok({ mediaType: 'message/rfc822' }) }, readCaptureContent(dependencies)),
  })
  return app
}
