// Fixture: calls of the ARM API as one program of tenant A, and what a test looks at in the answer.

import assert from 'node:assert/strict'
import { OWNER } from '../../access/built-in-roles.ts'
import type { Resource } from '../../resources/resource.ts'
import { A, change, domain, emailService, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { type HttpFixture, openHttpFixture, type Program, VERSION } from '../http.fixture.ts'

export const S = `/subscriptions/${A.subscriptionId}`
export const RG = A.resourceGroupId
export const COMMUNICATION = `${RG}/providers/Microsoft.Communication`
export const NOBODY = '00000000-1111-4222-8333-444444444444'

export type ArmBody = {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly target?: string
    readonly details?: readonly { readonly code: string; readonly message: string; readonly target?: string }[]
  }
  readonly id: string
  readonly name: string
  readonly properties: Record<string, unknown>
  readonly value: readonly { readonly id: string; readonly name: string }[]
  readonly nextLink?: string
} & Record<string, unknown>

export type Call = {
  readonly token?: string
  readonly json?: unknown
  readonly headers?: Record<string, string>
}

export type ArmCalls = Awaited<ReturnType<typeof openArmCalls>>

/** `token` is of an Owner of the whole tenant A. */
export async function openArmCalls(dependencies: Partial<HttpDependencies> = {}) {
  const http = await openHttpFixture({ dependencies })
  const owner = await http.program(A, OWNER.name)
  const token = await http.token(owner)
  return { http, owner, token, ...callsOver(http, token), close: () => http.close() }
}

function callsOver(http: HttpFixture, token: string) {
  /** A path without a version gets one. */
  const ask = async (method: string, path: string, { token: bearer = token, ...options }: Call = {}) => {
    const versioned = path.includes('api-version=') ? path : `${path}${path.includes('?') ? '&' : '?'}${VERSION}`
    const response = await http.request(method, versioned, { token: bearer, ...options })
    const text = await response.text()
    const body = (text === '' ? undefined : JSON.parse(text)) as ArmBody
    return { status: response.status, body, headers: response.headers, text }
  }
  /** Status, code and target of a refusal; the status alone of an answer. */
  const outcome = async (...call: Parameters<typeof ask>) => {
    const { status, body } = await ask(...call)
    return status < 400 ? [status] : [status, body.error.code, ...(body.error.target ? [body.error.target] : [])]
  }
  const put = async (path: string, json: unknown) => {
    const answer = await ask('PUT', path, { json })
    assert.ok(answer.status < 300, answer.text)
    return answer.body
  }
  return { ask, outcome, put }
}

export const tokenOf = async (calls: ArmCalls, role?: string, scope?: string, tenant: TenantFixture = A) =>
  calls.http.token(await calls.http.program(tenant, role, scope))

/** A program with a custom role of these actions. */
export async function programWith(
  { http }: ArmCalls,
  actions: readonly string[],
  scope: string,
  notActions: readonly string[] = [],
): Promise<Program> {
  const name = crypto.randomUUID()
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, {
    name,
    roleName: `Role ${name}`,
    description: '',
    type: 'CustomRole',
    assignableScopes: [S],
    permissions: [{ actions, notActions, dataActions: [], notDataActions: [] }],
  })
  return http.program(A, name, scope)
}

/** Stored as they are, with the data location that a service made by `serviceBody` has. */
export async function putDomain(
  { http }: ArmCalls,
  service: string,
  name: string,
  status = 'Verified',
): Promise<Resource> {
  const made = domain(A, service, name, status)
  const stored = { ...made, properties: { ...made.properties, dataLocation: 'Europe' } }
  await http.storage.write.resources.putResource(change(), {
    ...emailService(A, service),
    properties: { dataLocation: 'Europe', provisioningState: 'Succeeded' },
  })
  await http.storage.write.resources.putResource(change(), stored)
  return stored
}

export const serviceBody = (properties: Record<string, unknown> = {}) => ({
  location: 'global',
  properties: { dataLocation: 'Europe', ...properties },
})
