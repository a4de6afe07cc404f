// A path with every method it knows; any other method is 405 and names those that are.

import type { Handler, Hono } from 'hono'
import { answerRefusal, methodNotAllowed } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'

export type RouteMethod = 'GET' | 'PUT' | 'POST' | 'DELETE'

/** `path` is in lower case: see `routingPath`. */
export function route(
  app: Hono<HttpEnv>,
  path: string,
  handlers: Partial<Record<RouteMethod, Handler<HttpEnv>>>,
): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler)
  app.all(path, (c) => answerRefusal(c, methodNotAllowed(c.req.method, Object.keys(handlers))))
}
