// Azure's own clients, unmodified, pointed at a service under test over verified TLS: credentials, management clients and Graph.
// Every option here is one that a user of the SDKs has. Azure: control-plane reference §1.1, §2.1.

import { AuthorizationManagementClient } from '@azure/arm-authorization'
import { CommunicationServiceManagementClient } from '@azure/arm-communication'
import { ResourceManagementClient } from '@azure/arm-resources'
import { SubscriptionClient } from '@azure/arm-resources-subscriptions'
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
} from '@azure/identity'
import type { Quickstart, QuickstartService } from '../fixtures/quickstart-service.ts'

/** What the clients need to know of a service, which may also run in a process of its own. */
export type AzureService = Pick<QuickstartService, 'ca' | 'http'> & {
  readonly quickstart: Pick<Quickstart, 'https' | 'tenantId' | 'subscriptionId' | 'administrator'>
}

/** What the clients take of a credential. */
export type TokenSource = Pick<ClientSecretCredential, 'getToken'>

export type ApplicationSecret = { readonly applicationId: string; readonly clientSecret: string }

/** Without the slash at its end. */
export const originOf = ({ quickstart }: Pick<AzureService, 'quickstart'>): string =>
  new URL(quickstart.https.url).origin

/** A retry repeats what a test counts on being answered once. */
export function identityOptions(service: AzureService, ...additionalPolicies: PipelineStep[]) {
  return {
    authorityHost: originOf(service),
    disableInstanceDiscovery: true,
    tlsOptions: { ca: service.ca },
    retryOptions: { maxRetries: 0 },
    additionalPolicies,
  }
}

export function secretCredential(
  service: AzureService,
  { applicationId, clientSecret }: ApplicationSecret,
  tenantId = service.quickstart.tenantId,
): ClientSecretCredential {
  return new ClientSecretCredential(tenantId, applicationId, clientSecret, identityOptions(service))
}

/** `certificate` holds the certificate and its private key as PEM. */
export function certificateCredential(
  service: AzureService,
  applicationId: string,
  certificate: string,
): ClientCertificateCredential {
  const { tenantId } = service.quickstart
  return new ClientCertificateCredential(tenantId, applicationId, { certificate }, identityOptions(service))
}

export const administratorCredential = (service: AzureService): ClientSecretCredential =>
  secretCredential(service, service.quickstart.administrator)

export type AzureClients = ReturnType<typeof connectAzure>

type PipelineStep = NonNullable<ClientSecretCredentialOptions['additionalPolicies']>[number]
type OutgoingRequest = Parameters<PipelineStep['policy']['sendRequest']>[0]
/** A step of a client's pipeline that changes a request before it goes out, at each try. */
export type RequestChange = (request: OutgoingRequest) => void

export type ConnectOptions = {
  readonly subscriptionId?: string
  readonly apiVersion?: string
  readonly alter?: RequestChange
}

/** The endpoint ends with a slash, so the two older clients ask for a scope with two of them. */
export function connectAzure(
  service: AzureService,
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

/** One for `additionalPolicies` of any client, also of a credential. `answered` is told the status of each answer. */
export function alteringPolicy(alter: RequestChange, answered: (status: number) => void = () => {}): PipelineStep {
  return {
    position: 'perRetry',
    policy: {
      name: 'test-alteration',
      sendRequest: async (request, next) => {
        alter(request)
        const response = await next(request)
        answered(response.status)
        return response
      },
    },
  }
}

export type GraphAnswer = { readonly status: number; readonly json: Readonly<Record<string, unknown>> }
export type Graph = (method: string, path: string, body?: object) => Promise<GraphAnswer>

/** Microsoft publishes no typed Graph client for management scripts: they send plain requests with a token of the same credential. */
export function connectGraph(service: Pick<AzureService, 'http'>, credential: TokenSource): Graph {
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
