// Azure's own e-mail client, unmodified, pointed at a service under test over verified TLS, by connection string or with the secret of an
// application. What it sends and hears is written down from inside its pipeline, at each try.

import { Agent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { EmailClient, type EmailClientOptions, type EmailMessage } from '@azure/communication-email'
import type { SendingApplication } from '../fixtures/sending-application.ts'
import {
  type AzureService,
  alteringPolicy,
  originOf,
  type RequestChange,
  secretCredential,
  type TokenSource,
} from './azure-clients.ts'

/** One try of a request. */
export type Try = {
  readonly method: string
  readonly path: string
  /** Lower-case names. */
  readonly sent: Readonly<Record<string, string>>
  /** Undefined while there is none. */
  status?: number
  retryAfter?: string | undefined
}

export type EmailConnection = { readonly client: EmailClient; readonly tries: readonly Try[] }

type Policy = NonNullable<EmailClientOptions['additionalPolicies']>[number]['policy']

export type EmailOptions = {
  /** Without it the client's own. */
  readonly maxRetries?: number
  /** Other than the service's own. */
  readonly endpoint?: string
  /** Besides the service's own. */
  readonly ca?: readonly string[]
  /** Called with each answer before the client gets it. */
  readonly onAnswer?: (one: Try) => Promise<void>
  readonly alter?: RequestChange
}

type Service = Pick<AzureService, 'ca'>

export function connectByKey(service: Service, connectionString: string, options: EmailOptions = {}): EmailConnection {
  const { tries, given } = optionsFor(service, options)
  const { endpoint } = options
  const text =
    endpoint === undefined ? connectionString : connectionString.replace(/^endpoint=[^;]+/, `endpoint=${endpoint}`)
  return { client: new EmailClient(text, given), tries }
}

export function connectByToken(
  service: AzureService,
  credential: TokenSource,
  options: EmailOptions = {},
): EmailConnection {
  const { tries, given } = optionsFor(service, options)
  return { client: new EmailClient(options.endpoint ?? originOf(service), credential, given), tries }
}

/** A credential for the application, and the scopes that were asked of it. */
export function credentialOf(
  service: AzureService,
  { applicationId, secret }: Pick<SendingApplication, 'applicationId' | 'secret'>,
): { readonly credential: TokenSource; readonly scopes: readonly string[] } {
  const real = secretCredential(service, { applicationId, clientSecret: secret })
  const scopes: string[] = []
  const getToken: TokenSource['getToken'] = (scope, options) => {
    scopes.push(...[scope].flat())
    return real.getToken(scope, options)
  }
  return { credential: { getToken }, scopes }
}

/** Names below `localhost` are not resolved everywhere. */
const lookup: LookupFunction = (_name, { all }, callback) =>
  all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)

function optionsFor({ ca }: Service, { maxRetries, onAnswer, alter, ca: more = [] }: EmailOptions) {
  const tries: Try[] = []
  const agent = new Agent({ ca: [ca, ...more], lookup, keepAlive: false })
  const given: EmailClientOptions = {
    retryOptions: { retryDelayInMs: 10, ...(maxRetries !== undefined && { maxRetries }) },
    additionalPolicies: [
      alteringPolicy((request) => {
        request.agent = agent
        alter?.(request)
      }),
      { position: 'perRetry', policy: recorder(tries, onAnswer) },
    ],
  }
  return { tries, given }
}

function recorder(tries: Try[], onAnswer: EmailOptions['onAnswer']): Policy {
  return {
    name: 'test-recorder',
    sendRequest: async (request, next) => {
      const { pathname } = new URL(request.url)
      const one: Try = { method: request.method, path: pathname, sent: request.headers.toJSON() }
      tries.push(one)
      const response = await next(request)
      one.status = response.status
      one.retryAfter = response.headers.get('retry-after')
      await onAnswer?.(one)
      return response
    },
  }
}

export const READER = 'reader@recipient.example.test'

/** One that is accepted. */
export const emailOf = (senderAddress: string, subject: string, changes: Partial<EmailMessage> = {}): EmailMessage => ({
  senderAddress,
  content: { subject, plainText: 'Hello.' },
  recipients: { to: [{ address: READER }] },
  ...changes,
})
