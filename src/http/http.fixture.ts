// Fixture: the whole HTTPS app over a real SQLite store with two tenants, a clock that is set by hand, and programs that sign in.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import type { PrincipalType } from '../access/access.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { createDeletionConclusion } from '../dispatch/conclude-deletion.ts'
import { createEngagementLinks } from '../engagement/engagement-links.ts'
import { createAttemptCounter } from '../identity/attempt-counter.ts'
import { createAssertionProver } from '../identity/client-assertion.ts'
import { generateClientSecret, hashClientSecret, hintOf } from '../identity/client-secret.ts'
import { createEmbeddedProvider } from '../identity/embedded.ts'
import type { IssuerKeys } from '../identity/issuer-keys.ts'
import { createLoginLimits, type LoginLimits } from '../identity/login-limits.ts'
import { createSubjectKey } from '../identity/login-subjects.ts'
import { readStoredProvider } from '../config/identity-provider-schema.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createAccessKeys } from '../keys/access-keys.ts'
import { createSealer } from '../keys/sealing.ts'
import { keepKeys, readSigningKeys } from '../keys/token-signing-keys.ts'
import { createQuotas } from '../quota/quotas.ts'
import { createQueueIds } from '../spool/queue-id.ts'
import { createSpoolClient } from '../spool/spool-client.ts'
import type { MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import type { Storage } from '../storage/storage.ts'
import { AT, change, communicationService, seedTwoTenants, type TenantFixture } from '../storage/two-tenants.fixture.ts'
import { createDecisionRecorder } from '../submission/decision-recorder.ts'
import type { SubmissionService } from '../submission/submission.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createHttpApp } from './app.ts'
import type { HttpDependencies, Readiness } from './dependencies.ts'

export const PUBLIC_URL = 'https://localhost:8443/'
export const BASE = 'https://localhost:8443'
export const VERSION = 'api-version=2023-04-01'
const DAY = 24 * 60 * 60 * 1000

/** An application of a tenant that signs in with a secret. */
export type Program = {
  readonly tenantId: string
  readonly objectId: string
  readonly applicationId: string
  readonly principalId: string
  readonly keyId: string
  readonly secret: string
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SIGNING_KEY = privateKey.export({ format: 'der', type: 'pkcs8' })
const KID = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK)
const keys = deriveKeys(Buffer.alloc(32, 7))
export const sealer = createSealer(keys)
export const { pepper } = keys

export type HttpFixture = Awaited<ReturnType<typeof openHttpFixture>>

/** `dependencies` replaces what a test wants otherwise. Without `signingKey` the first use makes one. */
export async function openHttpFixture({
  signingKey = true,
  dependencies = {},
}: {
  signingKey?: boolean
  dependencies?: Partial<HttpDependencies>
} = {}) {
  const storage = await seedTwoTenants(await openTemporaryMailStore())
  if (signingKey) await putSigningKey(storage, KID, SIGNING_KEY, AT)
  const state = { now: AT, readiness: { ready: true, waitingFor: [] } as Readiness, log: '' }
  const given = { ...dependenciesOver(storage, state), ...dependencies }
  const app = createHttpApp(given)
  const request = async (method: string, path: string, options: RequestOptions = {}) =>
    app.request(path, requestInit(method, options))
  return {
    app,
    storage,
    state,
    submission: given.submission,
    request,
    /** A program with one role, at the root of its tenant unless said otherwise. */
    async program(tenant: TenantFixture, role?: string, scope = '/'): Promise<Program> {
      const program = await createProgram(storage, tenant.tenantId)
      if (role !== undefined) await assign(storage, program, role, scope)
      return program
    },
    /** An access token, for the service itself unless said otherwise. */
    async token(program: Program, resource = BASE): Promise<string> {
      const form = credentialsForm(program, { scope: `${resource}/.default` })
      const response = await request('POST', `/${program.tenantId}/oauth2/v2.0/token`, { form })
      const body = (await response.json()) as { access_token: string }
      assert.equal(response.status, 200, JSON.stringify(body))
      return body.access_token
    },
    close: () => storage.close(),
  }
}

function dependenciesOver(
  storage: MailStore,
  state: { readonly now: number; readonly readiness: Readiness; log: string },
): HttpDependencies {
  const stream = { write: (line: string) => void (state.log += line) }
  const nextQueueId = createQueueIds(() => state.now, randomBytes)
  return {
    storage,
    provider: createEmbeddedProvider(storage.read.directory, pepper),
    configuredProviders: new Map(),
    providers: providersOver(storage),
    providerSignIn: NO_PROVIDER,
    assertions: createAssertionProver({ directory: storage.read.directory, issuerKeys: NO_ISSUERS }),
    uses: { mark: () => {} },
    sealer,
    pepper,
    clock: { now: () => state.now, after: () => () => {} },
    random: randomBytes,
    dns: NO_DNS,
    webhooks: NO_WEBHOOKS,
    engagementLinks: createEngagementLinks(keys.engagementKey, PUBLIC_URL),
    engagements: { note: () => {} },
    domains: { managedSuffix: 'postern.test', spfInclude: 'spf.postern.test', dkimRecords: 'txt' },
    publicUrl: () => PUBLIC_URL,
    portalFiles: import.meta.dirname,
    readiness: () => state.readiness,
    smtp: () => ({ host: 'localhost', port: 2587, implicitTlsPort: 2465, port25: 2525 }),
    openContent: (ref) => storage.content.open(ref),
    concludeDeletion: createDeletionConclusion({
      limits: { giveUpAfter: 4 * DAY, delayedAfter: DAY / 6 },
      reports: { hostname: 'localhost', content: storage.content, nextQueueId },
      managedSuffix: 'postern.test',
      nextEventId: nextQueueId,
    }),
    metrics: async () => 'postern_sessions_total 1\n',
    logger: createLogger({ level: 'trace', thread: 'test', stream }),
    dataPlaneSuffix: 'comm.localhost',
    defaultResource: () => undefined,
    accessKeys: createAccessKeys({ sealed: storage.read.sealed, sealer }),
    submission: submissionOver(storage, state),
    requiredActions: DEFAULT_REQUIRED_ACTIONS,
    compatibility: 'none',
  }
}

/** The walk of a message, with nothing around it. */
function submissionOver(storage: MailStore, state: { readonly now: number }): SubmissionService {
  const clock = { now: () => state.now, after: () => () => {} }
  const { directory, resources, roles, sealed, quotas } = storage.read
  const tokenKeys = keepKeys(() => readSigningKeys(sealed, sealer, () => {}), clock)
  return {
    options: {
      hostname: 'localhost',
      mechanisms: [],
      rejectAfter: 0,
      requiredActions: DEFAULT_REQUIRED_ACTIONS,
      limits: { ...NO_PATIENCE, recipients: 100, size: 1024 * 1024, received: 100, messagesPerSession: 100 },
    },
    directory,
    resources,
    roles,
    provider: createEmbeddedProvider(directory, pepper, tokenKeys),
    loginLimits: loginLimitsOver(storage, state),
    spool: createSpoolClient(storage.write.spool),
    content: storage.content,
    decisions: createDecisionRecorder(storage.write.decisions, randomBytes, () => {}),
    sendingQuotas: createQuotas(quotas, {}),
    uses: { mark: () => {} },
    clock,
    nextQueueId: createQueueIds(() => state.now, randomBytes),
    counters: { session() {}, authentication() {}, accepted() {}, refused() {}, loginDelayed() {} },
    onBug: (error) => assert.fail(String(error)),
  }
}

function loginLimitsOver({ read, write }: MailStore, state: { readonly now: number }): LoginLimits {
  const now = () => state.now
  return createLoginLimits({
    reader: read.loginLimits,
    counter: createAttemptCounter(write.loginLimits, now),
    subjectKey: createSubjectKey(pepper),
    settings: { perSource: 20, perUsername: 20, perTenant: 500 },
    now,
  })
}

const NO_PATIENCE = { idle: 0, idleBeforeAuthentication: 0, handshake: 0, contentStall: 0, sessionAge: 0 }

const noAnswer = async () => ({ type: 'unavailable', detail: 'this test has no DNS' }) as const
const NO_DNS: DnsResolver = {
  resolveTxt: noAnswer,
  resolveCname: noAnswer,
  resolveMx: noAnswer,
  resolveAddresses: noAnswer,
  resolveTlsa: noAnswer,
}

const NO_WEBHOOKS: HttpDependencies['webhooks'] = {
  send: async () => ({ type: 'failed', detail: 'this test has no webhooks' }),
}

const providersOver = ({ read }: MailStore): HttpDependencies['providers'] => ({
  async find(tenantId) {
    const { settings } = await read.directory.readIdentityProvider(tenantId)
    return settings && readStoredProvider(tenantId, settings)
  },
})

const NO_PROVIDER: HttpDependencies['providerSignIn'] = { begin: noAnswer, finish: noAnswer }

const NO_ISSUERS: IssuerKeys = { find: async () => ({ type: 'unavailable', detail: 'this test has no issuers' }) }

export type RequestOptions = {
  readonly token?: string
  readonly json?: unknown
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly body?: string
}

function requestInit(method: string, { token, json, form, headers = {}, body }: RequestOptions): RequestInit {
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const octets = json === undefined ? (form === undefined ? body : new URLSearchParams(form)) : JSON.stringify(json)
  const type = json === undefined ? {} : { 'content-type': 'application/json' }
  return { method, headers: { ...bearer, ...type, ...headers }, ...(octets === undefined ? {} : { body: octets }) }
}

export function credentialsForm(
  { applicationId, secret }: Pick<Program, 'applicationId' | 'secret'>,
  fields: Record<string, string> = { scope: `${BASE}/.default` },
): Record<string, string> {
  return { grant_type: 'client_credentials', client_id: applicationId, client_secret: secret, ...fields }
}

export async function putSigningKey(
  { write }: Storage,
  kid: string,
  pkcs8: Uint8Array,
  createdAt: number,
): Promise<void> {
  const sealed = sealer.seal(kid, 'token-signing', pkcs8)
  await write.sealed.putSealed({ recordId: kid, purpose: 'token-signing', sealed, createdAt })
}

async function createProgram({ write }: Storage, tenantId: string): Promise<Program> {
  const [objectId, applicationId, principalId, keyId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const secret = generateClientSecret(randomBytes)
  const displayName = 'Program'
  await write.directory.createApplication(change(), {
    objectId,
    applicationId,
    tenantId,
    displayName,
    disabled: false,
    createdAt: AT,
  })
  const principal = { objectId: principalId, applicationId, tenantId, displayName, accountEnabled: true }
  await write.directory.createServicePrincipal(change(), principal)
  await write.directory.addPassword(change(), tenantId, objectId, {
    keyId,
    displayName: 'first',
    hint: hintOf(secret),
    startAt: AT - DAY,
    endAt: AT + 365 * DAY,
    hash: hashClientSecret(Buffer.from(secret), pepper),
  })
  return { tenantId, objectId, applicationId, principalId, keyId, secret }
}

export async function assign({ write }: Storage, program: Program, role: string, scope: string): Promise<string> {
  const name = randomUUID()
  const principalType: PrincipalType = 'ServicePrincipal'
  const assignment = { name, scope, roleDefinitionName: role, principalId: program.principalId, principalType }
  const outcome = await write.roles.putRoleAssignment(change(), program.tenantId, assignment)
  assert.equal(outcome.type, 'created')
  return name
}

/** Until what it gives is called, the installation has one tenant as far as anybody asks for all of them. */
export function hideOtherTenants({ read: { directory } }: Storage): () => void {
  const listTenants = directory.listTenants.bind(directory)
  directory.listTenants = async () => (await listTenants()).slice(0, 1)
  return () => {
    directory.listTenants = listTenants
  }
}

/** A communication service, stored. */
export async function putService(
  { write }: Storage,
  tenant: TenantFixture,
  name: string,
  linkedDomains: readonly string[] = [],
) {
  const service = communicationService(tenant, name, linkedDomains)
  await write.resources.putResource(change(), service)
  return service
}
