// A path with every method it knows; any other method is 405 and names those that are.

import type { Handler, Hono } from 'hono'
import type { z } from 'zod'
import { answerRefusal, methodNotAllowed } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'

export type RouteMethod = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'

/** `path` is in lower case: see `routingPath`. */
export function route(
  app: Hono<HttpEnv>,
  path: string,
  handlers: Partial<Record<RouteMethod, Handler<HttpEnv>>>,
): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler)
  app.all(path, (c) => answerRefusal(c, methodNotAllowed(c.req.method, Object.keys(handlers))))
}

/** What a handler reads besides its path. */
export type Taken = { readonly query?: z.ZodType; readonly body?: z.ZodType }

const taken = new WeakMap<object, Taken>()

/** Remembers by which schemas a handler reads, for the description of the API. */
export function taking<Handling extends Handler<HttpEnv>>(what: Taken, handler: Handling): Handling {
  taken.set(handler, what)
  return handler
}

export const takenBy = (handler: object): Taken => taken.get(handler) ?? {}
