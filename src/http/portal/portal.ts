// The portal's files: a program for browsers that speaks to the same API as everybody else, with the rights of who signed in. They are the
// same for everybody and hold no secret, so they need no token. Every path that is no file is a page of the program, which knows them.
// Nothing is loaded from elsewhere. CSP Level 3.

import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { ok } from '../responses.ts'
import { described, route } from '../route.ts'
import { z } from 'zod'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, methodNotAllowed, refused } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'

/**
 * `style-src`: the components write their styles into the page, as do the messages that are previewed; a style runs nothing.
 * `frame-src`: previews are frames without an address.
 * `trusted-types`: the one maker of HTML, whose work goes into those frames alone.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; frame-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; " +
  "require-trusted-types-for 'script'; trusted-types postern-preview"

/** The tenant to sign in to, where there is but one; who has several does not tell strangers which. */
const settingsSchema = z.object({ tenantId: z.guid().optional() })

const NOT_BUILT = refused(
  503,
  'ServiceUnavailable',
  'The portal is being built. Try again in a moment; if it could not be built, the service said why when it started.',
  { 'retry-after': '2' },
)

export function createPortalApp(dependencies: Pick<HttpDependencies, 'portalFiles' | 'storage'>): Hono<HttpEnv> {
  const { portalFiles, storage } = dependencies
  const app = new Hono<HttpEnv>()
  app.get('/', (c) => c.redirect('/portal/', 302))
  app.use('/portal/*', async (c, next) => {
    await next()
    c.res.headers.set('content-security-policy', POLICY)
    // Whoever opens the portal keeps no hold of its window.
    c.res.headers.set('cross-origin-opener-policy', 'same-origin')
  })
  route(app, '/portal/settings.json', {
    GET: described({ response: ok(settingsSchema) }, async (c) => {
      const [only, ...more] = await storage.read.directory.listTenants()
      return c.json(only === undefined || more.length > 0 ? {} : { tenantId: only.tenantId })
    }),
  })
  // Their names say what is in them.
  app.use('/portal/assets/*', async (c, next) => {
    await next()
    if (c.res.status === 200) c.res.headers.set('cache-control', 'public, max-age=31536000, immutable')
  })
  const asset = serveStatic({ root: portalFiles, precompressed: true, rewriteRequestPath: withoutPrefix })
  app.use('/portal/assets/*', asset)
  app.get('/portal/assets/*', (c) => c.notFound())
  const page = serveStatic({ root: portalFiles, path: 'index.html', precompressed: true })
  app.get('/portal', page)
  app.get('/portal/*', page)
  app.get('/portal/*', (c) => answerRefusal(c, NOT_BUILT))
  app.all('/portal/*', (c) => answerRefusal(c, methodNotAllowed(c.req.method, ['GET'])))
  return app
}

const withoutPrefix = (path: string): string => path.replace(/^\/portal/, '')
