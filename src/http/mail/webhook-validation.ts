// `GET /webhook-validation/{subscription}/{code}`: whoever runs an endpoint agrees that it is sent events, by opening the address that the
// endpoint was told. The code is all that it takes; it was told to nobody else. Azure: data-plane reference §4.3 (`validationUrl`).

import { Hono } from 'hono'
import { z } from 'zod'
import { canonicalGuid } from '../../resources/guid.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { ok } from '../responses.ts'
import { described, route } from '../route.ts'

export const VALIDATION_PATH = '/webhook-validation'

const done = z.object({ message: z.string() })

export function createWebhookValidationApp({ storage, clock }: Pick<HttpDependencies, 'storage' | 'clock'>) {
  const app = new Hono<HttpEnv>()
  route(app, `${VALIDATION_PATH}/:subscription/:code`, {
    GET: described({ response: ok(done) }, async (c) => {
      const { subscription = '', code = '' } = c.req.param()
      const id = canonicalGuid(subscription)
      const { webhooks } = storage.write
      const isKnown = id !== undefined && (await webhooks.validateEventSubscription(id, code, clock.now()))
      if (isKnown) return c.json({ message: 'The endpoint is sent events from now on.' })
      return answerRefusal(c, notFound('ValidationNotFound', 'Nothing waits for this, or not any more.'))
    }),
  })
  return app
}
