// Azure's own clients, unmodified, pointed at a service under test over verified TLS: credentials, management clients and Graph.
// Every option here is one that a user of the SDKs has. Azure: control-plane reference §1.1, §2.1.

import { AuthorizationManagementClient } from '@azure/arm-authorization'
import { CommunicationServiceManagementClient } from '@azure/arm-communication'
import { ResourceManagementClient } from '@azure/arm-resources'
import { SubscriptionClient } from '@azure/arm-resources-subscriptions'
import { ClientCertificateCredential, ClientSecretCredential } from '@azure/identity'
import type { QuickstartService } from '../fixtures/quickstart-service.ts'

type Credential = ClientSecretCredential | ClientCertificateCredential
/** What the clients take of a credential. */
export type TokenSource = Pick<Credential, 'getToken'>

export type ApplicationSecret = { readonly applicationId: string; readonly clientSecret: string }

/** Without the slash at its end. */
export const originOf = ({ quickstart }: QuickstartService): string => new URL(quickstart.https.url).origin

function identityOptions(service: QuickstartService) {
  return { authorityHost: originOf(service), disableInstanceDiscovery: true, tlsOptions: { ca: service.ca } }
}

export function secretCredential(
  service: QuickstartService,
  { applicationId, clientSecret }: ApplicationSecret,
  tenantId = service.quickstart.tenantId,
): ClientSecretCredential {
  // A retry repeats what a test counts on being answered once.
  const options = { ...identityOptions(service), retryOptions: { maxRetries: 0 } }
  return new ClientSecretCredential(tenantId, applicationId, clientSecret, options)
}

/** `certificate` holds the certificate and its private key as PEM. */
export function certificateCredential(
  service: QuickstartService,
  applicationId: string,
  certificate: string,
): ClientCertificateCredential {
  const { tenantId } = service.quickstart
  return new ClientCertificateCredential(tenantId, applicationId, { certificate }, identityOptions(service))
}

export const administratorCredential = (service: QuickstartService): ClientSecretCredential =>
  secretCredential(service, service.quickstart.administrator)

export type AzureClients = ReturnType<typeof connectAzure>

/** A step of a client's pipeline that changes a request before it goes out, at each try. */
export type RequestChange = (request: { url: string; readonly headers: { delete(name: string): void } }) => void

export type ConnectOptions = {
  readonly subscriptionId?: string
  readonly apiVersion?: string
  readonly alter?: RequestChange
}

/** The endpoint ends with a slash, so the two older clients ask for a scope with two of them. */
export function connectAzure(
  service: QuickstartService,
  credential: TokenSource,
  { subscriptionId = service.quickstart.subscriptionId, apiVersion, alter }: ConnectOptions = {},
) {
  const options = {
    endpoint: service.quickstart.https.url,
    tlsOptions: { ca: service.ca },
    retryOptions: { maxRetries: 0 },
    ...(apiVersion === undefined ? {} : { apiVersion }),
    additionalPolicies: alter === undefined ? [] : [alteringPolicy(alter)],
  }
  return {
    communication: new CommunicationServiceManagementClient(credential, subscriptionId, options),
    authorization: new AuthorizationManagementClient(credential, subscriptionId, options),
    // The newer clients ask for the public cloud's audience whatever their endpoint is.
    resources: new ResourceManagementClient(credential, subscriptionId, options),
    subscriptions: new SubscriptionClient(credential, options),
  }
}

function alteringPolicy(alter: RequestChange) {
  return {
    position: 'perRetry' as const,
    policy: {
      name: 'test-alteration',
      sendRequest: async <Request extends Parameters<RequestChange>[0], Response>(
        request: Request,
        next: (request: Request) => Promise<Response>,
      ): Promise<Response> => {
        alter(request)
        return next(request)
      },
    },
  }
}

export type GraphAnswer = { readonly status: number; readonly json: Readonly<Record<string, unknown>> }
export type Graph = (method: string, path: string, body?: object) => Promise<GraphAnswer>

/** Microsoft publishes no typed Graph client for management scripts: they send plain requests with a token of the same credential. */
export function connectGraph(service: QuickstartService, credential: TokenSource): Graph {
  return async (method, path, body) => {
    const token = await credential.getToken('https://graph.microsoft.com/.default')
    const headers = { authorization: `Bearer ${token.token}`, 'content-type': 'application/json' }
    const url = path.startsWith('https://') ? path : `/v1.0${path}`
    const options = { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const { status, octets } = await service.http(method, url, options)
    return { status, json: octets.length === 0 ? {} : (JSON.parse(octets.toString('utf8')) as GraphAnswer['json']) }
  }
}

/** Everything that an iterator of a client gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The names of what an iterator gives, sorted. */
export async function namesOf(items: AsyncIterable<{ readonly name?: string }>): Promise<string[]> {
  return (await collect(items)).map((item) => item.name ?? '').sort()
}

/** A client's error as it shows it; fails the test when there is none. */
export async function errorOf(attempt: Promise<unknown>): Promise<ClientError> {
  try {
    await attempt
  } catch (error) {
    return error as ClientError
  }
  throw new Error('the call succeeded')
}

export type ClientError = Error & {
  readonly statusCode?: number
  readonly code?: string
  /** The body, with the older clients. */
  readonly details?: { readonly error?: { readonly target?: string } }
}
