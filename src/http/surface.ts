// Which of the APIs a path belongs to, and the one form of a path that routes are matched on. Clients double slashes, vary casing
// and encode quotes. Azure: control-plane reference §1.3, §10.

/** Decides the shape of errors; our own operations, capture, health and metrics speak ARM's. */
export type Surface = 'entra' | 'graph' | 'email' | 'arm'

const TENANT_SEGMENT = /^\/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|common|organizations|consumers)(?:\/|$)/

/** `path` is a routing path. */
export function surfaceOf(path: string): Surface {
  if (path.startsWith('/emails')) return 'email'
  if (path.startsWith('/v1.0/') || path === '/v1.0') return 'graph'
  return TENANT_SEGMENT.test(path) || path.includes('/oauth2/') || path.includes('/.well-known/') ? 'entra' : 'arm'
}

/** Collapsed slashes, no slash at the end, lower case, quotes, brackets, colons and dollar signs decoded. Names are read from the URL, never from this. */
export function routingPath(request: Request): string {
  const path = new URL(request.url).pathname
    .replace(/%(?:2[4789]|3a)/gi, decodeURIComponent)
    .replace(/\/{2,}/g, '/')
    .toLowerCase()
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
