// Where the mail of a quickstart goes, from `POSTERN_DELIVERY`: the capture inbox, a smarthost, or the mail exchangers. Whatever is
// said there, mail to a managed domain stays: nobody else could take it, and the welcome message is sent to one.
// No part of the value is ever repeated: it may hold a password, which is no part of the written configuration either.

import { isIP } from 'node:net'
import type { TransportConfig } from './delivery-schema.ts'
import { MANAGED_SUFFIX } from './defaults.ts'
import type { ConfigProblem } from './explain-issue.ts'
import type { Environment } from './parse-config.ts'
import type { Config } from './schema.ts'

export type VariableDelivery = {
  /** As it is written in a configuration. */
  readonly section: Readonly<Record<string, unknown>>
  /** Adds what is written nowhere. */
  signIn(config: Config): Config
  readonly problems: readonly ConfigProblem[]
}

const SMARTHOST = 'smarthost'
/** RFC 8314 §3.3: there TLS comes before everything else. */
const IMPLICIT_TLS_PORT = 465

/** Without the variable: the capture inbox. */
export function readDelivery(env: Environment): VariableDelivery {
  const text = env['POSTERN_DELIVERY'] || 'capture'
  if (text === 'capture') return { section: {}, signIn: (config) => config, problems: [] }
  if (text === 'mx') return { section: routes('mx'), signIn: (config) => config, problems: [] }
  const smarthost = parseSmarthost(text)
  if (smarthost !== undefined) return deliveryBy(smarthost)
  const message =
    'must be capture, mx, or smarthost://[user:password@]host:port, where a %, / or @ in user or password is written as %25, %2F or %40'
  return { section: {}, signIn: (config) => config, problems: [{ path: 'POSTERN_DELIVERY', message }] }
}

function routes(via: string): Readonly<Record<string, unknown>> {
  return { routes: [{ recipientDomains: [`.${MANAGED_SUFFIX}`], via: ['capture'] }, { via: [via] }] }
}

type Smarthost = {
  readonly host: string
  readonly port: number
  readonly credentials: { readonly username: string; readonly password: string } | undefined
}

/** A password is sent to nobody who has not proven who they are. */
function deliveryBy({ host, port, credentials }: Smarthost): VariableDelivery {
  const safely = port === IMPLICIT_TLS_PORT ? 'implicit' : 'required'
  const tls = credentials === undefined && port !== IMPLICIT_TLS_PORT ? 'opportunistic' : safely
  const transport = { name: SMARTHOST, type: 'smarthost', hosts: [{ host, port }], tls }
  const withCredentials = (one: TransportConfig): TransportConfig =>
    one.name === SMARTHOST && credentials !== undefined ? { ...one, ...credentials } : one
  return {
    section: { ...routes(SMARTHOST), transports: [transport] },
    signIn: ({ delivery, ...config }) => ({
      ...config,
      delivery: { ...delivery, transports: delivery.transports.map(withCredentials) },
    }),
    problems: [],
  }
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** RFC 3986 §3.2.1: user and password are percent-encoded. Undefined for anything that is not wholly understood. */
function parseSmarthost(text: string): Smarthost | undefined {
  const [, user, password, written = '', digits] =
    /^smarthost:\/\/(?:([^:@/]+):([^@/]+)@)?(\[[0-9a-f:.]+\]|[^\s:@/[\]]+):([0-9]{1,5})\/?$/i.exec(text) ?? []
  const host = written.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  const port = Number(digits)
  const isHost = written.startsWith('[') ? isIP(host) === 6 : HOST_NAME.test(host)
  if (!isHost || !(port >= 1 && port <= 65_535)) return undefined
  if (user === undefined || password === undefined) return { host, port, credentials: undefined }
  const decoded = { username: decode(user), password: decode(password) }
  if (decoded.username === undefined || decoded.password === undefined) return undefined
  return { host, port, credentials: { username: decoded.username, password: decoded.password } }
}

/** Undefined for a broken encoding, and for what no login may hold. */
function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text)
    return /^[^\p{Cc}]{1,255}$/u.test(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}
