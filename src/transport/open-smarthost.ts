// A connection to a configured host, with what the operator gave us for it: authorities, a password, or an account at a token endpoint.
// Everything is read when a connection is opened, so that a changed file counts from the next one on. A token that is refused is
// fetched anew, once. RFC 4954, RFC 8314 §3.3.

import { readGuardedFile } from '../config/guarded-file.ts'
import type { AccessTokenSource } from './access-token-source.ts'
import type { Open } from './connection-pool.ts'
import { type OwnSecret, readOwnSecret } from './own-secret.ts'
import type {
  ConnectionFailure,
  ConnectionPatience,
  OpenConnection,
  SmtpCredentials,
  SmtpTarget,
  TlsPolicy,
} from './smtp-connection.ts'

export type SmarthostCredentials =
  /** Without a mechanism: PLAIN or LOGIN, whichever is offered. */
  | {
      readonly type: 'password'
      readonly mechanism?: 'PLAIN' | 'LOGIN'
      readonly username: string
      readonly password: OwnSecret
    }
  | { readonly type: 'token'; readonly username: string; readonly tokens: AccessTokenSource }

export type SmarthostAccess = {
  /** PEM; trusted instead of the public authorities. */
  readonly caFile?: string
  readonly credentials?: SmarthostCredentials
  readonly patience: ConnectionPatience
}

type Surroundings = { readonly openConnection: OpenConnection; readonly clientName: string }

export function openTo(
  target: SmtpTarget,
  mode: TlsPolicy['mode'],
  { caFile, credentials, patience }: SmarthostAccess,
  { openConnection, clientName }: Surroundings,
): Open {
  return async (signal) => {
    const tls = policyOf(mode, caFile)
    if ('type' in tls) return tls
    const open = (login: SmtpCredentials | undefined) =>
      openConnection(target, { clientName, tls, patience, ...(login && { credentials: login }) }, signal)
    const login = await loginOf(credentials)
    if (login?.type === 'failed') return login
    const opened = await open(login?.credentials)
    if (!('type' in opened) || !isRefused(opened) || credentials?.type !== 'token') return opened
    if (login?.credentials.mechanism === 'XOAUTH2') credentials.tokens.forget(login.credentials.accessToken)
    const again = await loginOf(credentials)
    return again?.type === 'failed' ? again : open(again?.credentials)
  }
}

const isRefused = ({ stage, reply }: ConnectionFailure): boolean =>
  stage === 'auth' && reply !== undefined && reply.code >= 500

function policyOf(mode: TlsPolicy['mode'], caFile: string | undefined): TlsPolicy | ConnectionFailure {
  if (mode === 'never' || mode === 'opportunistic') return { mode }
  if (caFile === undefined) return { mode }
  const read = readGuardedFile(caFile, 'anybody')
  if (read.type === 'read') return { mode, options: { ca: read.octets } }
  return { type: 'failed', stage: 'tls', detail: `${caFile} ${read.message}` }
}

type Login =
  | { readonly type: 'login'; readonly credentials: SmtpCredentials }
  | (ConnectionFailure & { readonly credentials?: never })

async function loginOf(given: SmarthostCredentials | undefined): Promise<Login | undefined> {
  if (given === undefined) return undefined
  const { username } = given
  if (given.type === 'token') {
    const token = await given.tokens.get()
    if (token.type === 'unavailable') return { type: 'failed', stage: 'auth', detail: token.detail }
    return { type: 'login', credentials: { mechanism: 'XOAUTH2', username, accessToken: token.accessToken } }
  }
  const secret = readOwnSecret(given.password)
  if (secret.type === 'unreadable') return { type: 'failed', stage: 'auth', detail: secret.detail }
  const mechanism = given.mechanism ?? 'PLAIN'
  return { type: 'login', credentials: { mechanism, username, password: secret.text } }
}
