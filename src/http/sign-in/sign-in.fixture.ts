// Fixture: a browser that keeps cookies and fills in forms, a client that sends it here, and a user who signs in.

import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { hashUserPassword } from '../../identity/user-password.ts'
import { A, change, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, pepper, PUBLIC_URL } from '../http.fixture.ts'
import { PORTAL_CLIENT_ID } from './portal-client.ts'

export const PASSWORD = 'correct horse battery'
export const NAME = 'someone@contoso.test'
export const REDIRECT_URI = `${PUBLIC_URL}portal/`

export async function putUser(
  http: HttpFixture,
  { tenantId }: TenantFixture,
  { mustChange = false, accountEnabled = true } = {},
): Promise<string> {
  const objectId = randomUUID()
  const { directory, signIns } = http.storage.write
  const { now } = http.state
  const user = { objectId, tenantId, userPrincipalName: NAME, displayName: 'Someone', accountEnabled }
  await directory.createUser(change(), { ...user, createdAt: now, facts: {} })
  const hash = await hashUserPassword(PASSWORD, pepper, randomBytes)
  await signIns.putPassword(change(), tenantId, objectId, { hash, changedAt: now, mustChange })
  return objectId
}

export class Client {
  readonly verifier = randomBytes(32).toString('base64url')
  readonly state = randomBytes(8).toString('hex')
  readonly nonce = randomBytes(8).toString('hex')
  readonly #http: HttpFixture
  readonly #tenantId: string

  constructor(http: HttpFixture, { tenantId }: TenantFixture = A) {
    this.#http = http
    this.#tenantId = tenantId
  }

  /** What it asks for; `changes` replaces parameters, undefined leaves them out. */
  query(changes: Record<string, string | undefined> = {}): string {
    const parameters = {
      client_id: PORTAL_CLIENT_ID,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: `openid ${BASE}/.default`,
      state: this.state,
      nonce: this.nonce,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    }
    const given = Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined)
    return new URLSearchParams(given).toString()
  }

  /** The path that the browser is sent to. */
  path(changes: Record<string, string | undefined> = {}): string {
    return `/${this.#tenantId}/oauth2/v2.0/authorize?${this.query(changes)}`
  }

  async exchange(code: string, changes: Record<string, string> = {}): Promise<Response> {
    const form = {
      grant_type: 'authorization_code',
      client_id: PORTAL_CLIENT_ID,
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: this.verifier,
      ...changes,
    }
    return this.#http.request('POST', `/${this.#tenantId}/oauth2/v2.0/token`, { form })
  }

  /** The access token for a code, which must be good. */
  async token(code: string): Promise<string> {
    const answer = await this.exchange(code)
    const body = (await answer.json()) as { access_token: string }
    assert.equal(answer.status, 200, JSON.stringify(body))
    return body.access_token
  }
}

/** What a page holds of interest. */
export type Page = {
  readonly status: number
  readonly text: string
  readonly action: string
  readonly fields: Record<string, string>
  /** Where the browser is sent, with what. */
  readonly location: URL | undefined
  readonly headers: Headers
}

export class Browser {
  readonly #http: HttpFixture
  readonly #cookies = new Map<string, string>()

  constructor(http: HttpFixture) {
    this.#http = http
  }

  /** That of a session. */
  get cookie(): string | undefined {
    return this.#cookies.get('__Host-postern-sign-in')
  }

  open(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send('GET', path, { headers })
  }

  submit(page: Pick<Page, 'action' | 'fields'>, fields: Record<string, string>, origin = BASE): Promise<Page> {
    return this.#send('POST', page.action, { form: { ...page.fields, ...fields }, headers: { origin } })
  }

  async #send(
    method: string,
    path: string,
    { form, headers }: { readonly form?: Record<string, string>; readonly headers: Record<string, string> },
  ): Promise<Page> {
    const held = [...this.#cookies].map(([name, value]) => `${name}=${value}`)
    const cookie = held.length === 0 ? {} : { cookie: held.join('; ') }
    const answer = await this.#http.request(method, path, { ...(form && { form }), headers: { ...headers, ...cookie } })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^(__Host-[^=]+)=([^;]*);/.exec(set) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const text = await answer.text()
    const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(text) ?? []
    const inputs = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
    const location = answer.headers.get('location')
    return {
      status: answer.status,
      text,
      action,
      fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')])),
      location: location === null ? undefined : new URL(location),
      headers: answer.headers,
    }
  }
}
