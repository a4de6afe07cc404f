// A path with every method it knows; any other method is 405 and names those that are.

import type { Handler, Hono } from 'hono'
import type { z } from 'zod'
import { answerRefusal, methodNotAllowed } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'
import type { Responses } from './responses.ts'

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

/** What a handler reads besides its path, and what it answers. */
export type Description = {
  readonly query?: z.ZodType
  /** A body of type `application/x-www-form-urlencoded`. */
  readonly form?: z.ZodType
  /** A body in JSON. */
  readonly body?: z.ZodType
  readonly response: Responses
}

const descriptions = new WeakMap<object, Description>()

/** Remembers what is to be said of a handler in the description of the API. */
export function described<Handling extends Handler<HttpEnv>>(description: Description, handler: Handling): Handling {
  descriptions.set(handler, description)
  return handler
}

export const descriptionOf = (handler: object): Description => descriptions.get(handler) ?? { response: {} }
