// Fixture: communication services of two tenants with a verified domain and access keys, and requests to them, signed or with a token.

import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { EMAIL_SENDER } from '../../access/built-in-roles.ts'
import { ACCESS_KEY_PURPOSE, accessKeyRecordId } from '../../keys/access-keys.ts'
import {
  A,
  AT,
  B,
  change,
  domain,
  emailService,
  senderUsername,
  type TenantFixture,
} from '../../storage/two-tenants.fixture.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { openHttpFixture, type Program, putService, sealer } from '../http.fixture.ts'
import type { EmailBody } from './email-schemas.ts'
import { contentHashOf } from './signature.ts'

export const COMMUNICATION = 'https://communication.azure.com'
export const SEND = '/emails:send?api-version=2025-09-01'

export type Keys = { readonly primary: Uint8Array; readonly secondary: Uint8Array }

export type Answered = {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly id?: string
    readonly status?: string
    readonly error?: { readonly code: string; readonly message: string; readonly target?: string }
  }
}

type Ask = {
  readonly host?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** When it was signed. */
  readonly at?: number
}

export type EmailFixture = Awaited<ReturnType<typeof openEmailFixture>>

/** Services `contoso` of tenant A and `other` of tenant B, both with the domain `contoso.example`, sender `DoNotReply`. */
export async function openEmailFixture(dependencies: Partial<HttpDependencies> = {}) {
  const http = await openHttpFixture({ dependencies })
  const { storage, app } = http
  const addService = async (tenant: TenantFixture, name: string) => {
    const sender = domain(tenant, name, 'contoso.example')
    for (const one of [
      emailService(tenant, name),
      sender,
      senderUsername(tenant, name, 'contoso.example', 'DoNotReply'),
    ])
      await storage.write.resources.putResource(change(), one)
    const service = await putService(storage, tenant, name, [sender.id])
    const keys = { primary: randomBytes(64), secondary: randomBytes(64) }
    for (const which of ['primary', 'secondary'] as const) {
      const recordId = accessKeyRecordId(service.id, which)
      const sealed = sealer.seal(recordId, ACCESS_KEY_PURPOSE, keys[which])
      await storage.write.sealed.putSealed({
        recordId,
        purpose: ACCESS_KEY_PURPOSE,
        sealed,
        createdAt: AT,
        resourceId: service.id,
      })
    }
    return { service, keys, domainId: sender.id }
  }
  const ask = async (method: string, path: string, { host = 'contoso.comm.localhost', body, headers }: Ask) => {
    const text = octetsOf(body)
    const response = await app.request(path, {
      method,
      headers: { host, 'content-type': 'application/json', ...headers },
      ...(text.length > 0 && { body: text }),
    })
    return answered(response)
  }
  const [contoso, other] = [await addService(A, 'contoso'), await addService(B, 'other')]
  return {
    ...http,
    contoso,
    other,
    ask,
    signed(method: string, path: string, key: Uint8Array, { at = http.state.now, ...asked }: Ask = {}) {
      return ask(method, path, { ...asked, headers: { ...signature(method, path, key, at, asked), ...asked.headers } })
    },
    async bearer(program: Program, method: string, path: string, asked: Ask = {}) {
      const token = await http.token(program, COMMUNICATION)
      return ask(method, path, { ...asked, headers: { authorization: `Bearer ${token}`, ...asked.headers } })
    },
    sender: (tenant = A) => http.program(tenant, EMAIL_SENDER.name),
  }
}

const octetsOf = (body: unknown): Buffer<ArrayBuffer> =>
  body instanceof Uint8Array
    ? Buffer.from(body)
    : Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))

async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
}

export function signature(
  method: string,
  path: string,
  key: Uint8Array,
  at: number,
  { host = 'contoso.comm.localhost', body }: Ask = {},
): Record<string, string> {
  const date = new Date(at).toUTCString()
  const hash = contentHashOf(octetsOf(body))
  const signed = createHmac('sha256', key).update(`${method}\n${path}\n${date};${host};${hash}`).digest('base64')
  return {
    'x-ms-date': date,
    'x-ms-content-sha256': hash,
    authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signed}`,
  }
}

/** One that is accepted. */
export const email = (changes: Partial<EmailBody> = {}): EmailBody => ({
  senderAddress: 'DoNotReply@contoso.example',
  content: { subject: 'hi', plainText: 'hello' },
  recipients: { to: [{ address: 'to@example.com' }] },
  ...changes,
})

export const newId = (): string => randomUUID()
