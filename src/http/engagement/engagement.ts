// The links that recipients open and follow: `GET /engagement/view/{message}/{code}` is a picture that nobody sees, and
// `/engagement/click/{message}/{code}?to=` leads on. For anybody: the code is all that it takes, and without the right one there is nothing
// here. It sets no cookie, and nobody waits for what is told of it. HEAD, and whoever fetches ahead of a person, is not told of.

import { type Context, Hono } from 'hono'
import { z } from 'zod'
import {
  type ClaimedEngagement,
  ENGAGEMENT_PATH,
  type EngagementLinks,
  readTarget,
} from '../../engagement/engagement-links.ts'
import type { EngagementRecorder } from '../../engagement/engagement-recorder.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { ok } from '../responses.ts'
import { described, route } from '../route.ts'

export type EngagementDependencies = {
  readonly engagementLinks: EngagementLinks
  readonly engagements: Pick<EngagementRecorder, 'note'>
}

/** One transparent pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')
const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }

const clickQuery = z.object({ to: z.url() })

export function createEngagementApp({ engagementLinks, engagements }: EngagementDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()

  /** Undefined for what is none of ours. */
  function take(c: Context<HttpEnv>, claimed: ClaimedEngagement | undefined): ClaimedEngagement | undefined {
    if (claimed === undefined || !engagementLinks.isOurs(claimed)) return undefined
    if (isByPerson(c)) {
      const context = claimed.kind === 'click' ? claimed.target : ''
      engagements.note(claimed.queueId, { kind: claimed.kind, context, userAgent: c.req.header('user-agent') ?? '' })
    }
    return claimed
  }

  route(app, `${ENGAGEMENT_PATH}/view/:message/:code`, {
    GET: described({ response: ok({ mediaType: 'image/gif' }) }, (c) =>
      take(c, claimedBy(c)) === undefined
        ? nothingHere(c)
        : c.body(PIXEL, 200, { ...HEADERS, 'content-type': 'image/gif' }),
    ),
  })
  route(app, `${ENGAGEMENT_PATH}/click/:message/:code`, {
    GET: described({ query: clickQuery, response: { 302: 'empty' } }, (c) => {
      const asked = c.req.query('to') ?? ''
      // A code is over the form that a browser would ask for: whatever else is asked for is none of ours.
      const target = readTarget(asked) === asked ? asked : undefined
      const view = target === undefined ? undefined : claimedBy(c)
      const claimed = view && take(c, { ...view, kind: 'click', target: asked })
      return claimed === undefined ? nothingHere(c) : c.body(null, 302, { ...HEADERS, location: asked })
    }),
  })
  return app
}

const nothingHere = (c: Context<HttpEnv>): Response => answerRefusal(c, notFound('NotFound', 'There is no such link.'))

function claimedBy(c: Context<HttpEnv>): (ClaimedEngagement & { readonly kind: 'view' }) | undefined {
  const { message = '', code = '' } = c.req.param()
  const queueId = canonicalGuid(message)
  return queueId === undefined ? undefined : { kind: 'view', queueId, code }
}

/** Programs that fetch ahead say so in one of these. */
function isByPerson({ req }: Context<HttpEnv>): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => req.header(name) ?? '')
  return req.method === 'GET' && !purposes.some((purpose) => /prefetch|preview|prerender/i.test(purpose))
}
