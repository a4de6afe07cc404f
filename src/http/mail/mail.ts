// Our own operations that are no part of the ARM tree: accepted messages, decisions and the capture inbox. They speak like ARM.

import { Hono } from 'hono'
import { requireBearer, type BearerDependencies } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { pageQuery } from '../paging.ts'
import type { HttpEnv } from '../request-context.ts'
import { route, taking } from '../route.ts'
import { CAPTURES_PATH, deleteCaptures, listCaptures, readCaptureContent } from './captures.ts'
import { readDecision } from './decisions.ts'
import { listMessages, MESSAGES_PATH, readMessage } from './messages.ts'

export function createMailApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const messages = MESSAGES_PATH.toLowerCase()
  app.use('/capture/*', requireBearer(dependencies, 'capture'))
  app.use('/providers/postern.mail/*', requireBearer(dependencies, 'management'))
  route(app, messages, { GET: taking({ query: pageQuery }, listMessages(dependencies)) })
  route(app, `${messages}/:id`, { GET: readMessage(dependencies) })
  route(app, '/providers/postern.mail/decisions/:reference', { GET: readDecision(dependencies) })
  route(app, CAPTURES_PATH, {
    GET: taking({ query: pageQuery }, listCaptures(dependencies)),
    DELETE: deleteCaptures(dependencies),
  })
  route(app, `${CAPTURES_PATH}/:id/raw`, { GET: readCaptureContent(dependencies) })
  return app
}
