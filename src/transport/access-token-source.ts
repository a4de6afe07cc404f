// Access tokens for our own account at a mail provider, by the client credentials grant. One is kept until shortly before its end, since
// it is ours and what we may do with it is the provider's to refuse; when it is refused it is thrown away. The secret is read for each
// request. RFC 6749 §2.3.1, §4.4, §5.1.

import { z } from 'zod'
import type { Clock } from '../config/clock.ts'
import { encodeForm } from '../identity/form-octets.ts'
import type { LineAnswer, ProviderLine } from '../identity/provider-line.ts'
import type { OwnSecret } from './own-secret.ts'
import { readOwnSecret } from './own-secret.ts'

export type TokenSettings = {
  /** An https URL. */
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: OwnSecret
  readonly scope?: string
}

export type TokenOutcome =
  | { readonly type: 'token'; readonly accessToken: string }
  /** For an operator. */
  | { readonly type: 'unavailable'; readonly detail: string }

export interface AccessTokenSource {
  get(): Promise<TokenOutcome>
  /** This one was refused. */
  forget(accessToken: string): void
}

const REQUEST_LIMIT = 15_000
/** A token is not used any more so long before its end. */
const MARGIN = 120_000
/** RFC 6749 §5.1 lets a provider leave it out. */
const USUAL_LIFE = 3600
/** Without line ends and the like, so that it may stand in a command; RFC 6750 §2.1 allows less. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/

const given = z.object({
  access_token: z.string().regex(TOKEN),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
})
const refusal = z.object({ error: z.string().regex(/^[a-z_]{1,64}$/) })

type Held = { readonly accessToken: string; readonly until: number }

export function createAccessTokenSource(
  settings: TokenSettings,
  line: Pick<ProviderLine, 'send'>,
  clock: Pick<Clock, 'now'>,
): AccessTokenSource {
  let held: Held | undefined
  let asking: Promise<TokenOutcome> | undefined

  async function ask(): Promise<TokenOutcome> {
    const secret = readOwnSecret(settings.clientSecret)
    if (secret.type === 'unreadable') return unavailable(secret.detail)
    const body = encodeForm({
      grant_type: 'client_credentials',
      scope: settings.scope,
      client_id: settings.clientId,
      client_secret: secret.text,
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await line.send({ method: 'POST', url: settings.tokenEndpoint, headers, body }, REQUEST_LIMIT)
    body.fill(0)
    const read = readAnswer(answer, clock.now())
    if (read.type === 'unavailable') return read
    held = read
    return { type: 'token', accessToken: read.accessToken }
  }

  return {
    async get() {
      if (held !== undefined && clock.now() < held.until) return { type: 'token', accessToken: held.accessToken }
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    forget(accessToken) {
      if (held?.accessToken === accessToken) held = undefined
    },
  }
}

function readAnswer(answer: LineAnswer, at: number): (Held & { readonly type: 'held' }) | Unavailable {
  if (answer.type === 'unavailable') return unavailable(`the token endpoint cannot be used: ${answer.detail}`)
  const body = parseJson(answer.octets)
  const token = answer.status === 200 ? given.safeParse(body) : undefined
  if (token?.success === true) {
    const { access_token: accessToken, expires_in: life = USUAL_LIFE } = token.data
    return { type: 'held', accessToken, until: at + Math.max(0, 1000 * life - MARGIN) }
  }
  const told = refusal.safeParse(body)
  const said = told.success ? ` with ${told.data.error}` : ', with nothing that is a token'
  return unavailable(`the token endpoint answers ${answer.status}${said}`)
}

type Unavailable = Extract<TokenOutcome, { readonly type: 'unavailable' }>

const unavailable = (detail: string): Unavailable => ({ type: 'unavailable', detail })

function parseJson(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString('utf8'))
  } catch {
    return undefined
  }
}
