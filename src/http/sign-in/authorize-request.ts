// A request to sign somebody in, as the client sent the browser with it: what it asks for, or why it asks for nothing sensible. As long
// as it is not certain that the client is ours and is where it says, the browser is sent nowhere. It proves nothing and reads no store.
// RFC 6749 §4.1.1, §4.1.2.1, RFC 7636 §4.3, RFC 9700 §2.1.1, OpenID Connect Core 1.0 §3.1.2.1. Azure: data-plane reference §3.

import { z } from 'zod'
import { baseUrlOf } from '../audiences.ts'
import { PORTAL_CLIENT_ID, portalRedirectUri } from './portal-client.ts'

export const authorizeQuery = z.object({
  client_id: z.string().optional(),
  response_type: z.string().optional(),
  redirect_uri: z.string().optional(),
  scope: z.string().optional(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
  prompt: z.string().optional(),
  login_hint: z.string().optional(),
  ui_locales: z.string().optional(),
})

export type AuthorizeRequest = {
  readonly type: 'request'
  readonly redirectUri: string
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string
  /** The audience of the token. */
  readonly resource: string
  /** `none`: nobody may be asked anything. `login`: whoever is signed in signs in again. */
  readonly prompt: 'none' | 'login' | undefined
  readonly loginHint: string
  /** Language tags, the preferred first. */
  readonly locales: readonly string[]
}

/** `untrusted`: told in a page of our own. `refused`: told to the client. */
export type AuthorizeFault =
  | { readonly type: 'untrusted'; readonly text: string }
  | {
      readonly type: 'refused'
      readonly redirectUri: string
      readonly state: string | undefined
      readonly error: string
      readonly text: string
    }

/** Characters of all that is asked for, which is kept while somebody signs in; what is longer was made by nobody we know. */
const LONGEST = 2048
/** RFC 7636 §4.2: the digest of SHA-256 in base64url. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

export function readAuthorizeRequest(
  parameters: URLSearchParams,
  publicUrl: string,
): AuthorizeRequest | AuthorizeFault {
  const names = Object.keys(authorizeQuery.shape)
  const isTwice = names.some((name) => parameters.getAll(name).length > 1)
  if (isTwice || parameters.toString().length > LONGEST)
    return untrusted('A parameter is there twice, or they are too long.')
  const asked = authorizeQuery.parse(Object.fromEntries(parameters))
  const { redirect_uri: redirectUri, state, code_challenge: codeChallenge = '' } = asked
  if (asked.client_id !== PORTAL_CLIENT_ID) return untrusted('The application is not known here.')
  if (redirectUri !== portalRedirectUri(publicUrl))
    return untrusted('The address to go back to is not that of the application.')
  const refuse = (error: string, text: string) => ({ type: 'refused', redirectUri, state, error, text }) as const
  if (asked.response_type !== 'code') return refuse('unsupported_response_type', 'The response type must be code.')
  if (asked.code_challenge_method !== 'S256' || !CHALLENGE.test(codeChallenge))
    return refuse('invalid_request', 'A code challenge by the method S256 is needed.')
  const resource = readResource(asked.scope ?? '', publicUrl)
  if (resource === undefined) return refuse('invalid_scope', 'The scope must be that of this service.')
  return {
    type: 'request',
    redirectUri,
    state,
    nonce: asked.nonce,
    codeChallenge,
    resource,
    prompt: readPrompt(asked.prompt),
    loginHint: asked.login_hint ?? '',
    locales: (asked.ui_locales ?? '').split(' ').filter((locale) => locale !== ''),
  }
}

const untrusted = (text: string) => ({ type: 'untrusted', text }) as const

const OPEN_ID = ['openid', 'profile', 'email', 'offline_access']

function readResource(scope: string, publicUrl: string): string | undefined {
  const base = baseUrlOf(publicUrl)
  const [only, ...more] = scope.split(' ').filter((part) => part !== '' && !OPEN_ID.includes(part))
  return only === `${base}/.default` && more.length === 0 ? base : undefined
}

function readPrompt(prompt: string | undefined): AuthorizeRequest['prompt'] {
  if (prompt === 'none') return 'none'
  return prompt === 'login' || prompt === 'select_account' ? 'login' : undefined
}
