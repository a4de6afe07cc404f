// Fixture: the HTTPS app with an administrator of tenant A, and calls of Graph in its name or another's.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import { A, change, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { openHttpFixture, type Program } from '../http.fixture.ts'

export const GRAPH = 'https://graph.microsoft.com'
export const ABSENT = '00000000-1111-4222-8333-444444444444'

export type GraphBody = Record<string, unknown> & {
  readonly id: string
  readonly value: readonly (Record<string, unknown> & { readonly id: string })[]
  readonly error: { readonly code: string; readonly message: string }
}
export type GraphAnswer = { readonly status: number; readonly body: GraphBody }

export type GraphFixture = Awaited<ReturnType<typeof openGraphFixture>>

export async function openGraphFixture(options: Parameters<typeof openHttpFixture>[0] = {}) {
  const http = await openHttpFixture(options)
  const tokenOf = (program: Program) => http.token(program, GRAPH)
  const token = await tokenOf(await http.program(A, POSTERN_ADMINISTRATOR.name))
  const ask = async (method: string, path: string, json?: unknown, bearer = token): Promise<GraphAnswer> => {
    const response = await http.request(method, `/v1.0${path}`, {
      token: bearer,
      ...(json === undefined ? {} : { json }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as GraphBody }
  }
  return {
    ...http,
    ask,
    tokenOf,
    /** A program that may do only these actions, at the root of its tenant. */
    async programWith(actions: readonly string[], tenant: TenantFixture = A): Promise<Program & { token: string }> {
      const name = randomUUID()
      await http.storage.write.roles.putRoleDefinition(change(), tenant.tenantId, {
        name,
        roleName: name,
        description: '',
        type: 'CustomRole',
        permissions: [{ actions, notActions: [], dataActions: [], notDataActions: [] }],
        assignableScopes: ['/'],
      })
      const program = await http.program(tenant, name)
      return { ...program, token: await tokenOf(program) }
    },
    /** What is made by a POST that must succeed. */
    async create(path: string, json: unknown): Promise<GraphBody> {
      const { status, body } = await ask('POST', path, json)
      assert.equal(status, 201, JSON.stringify(body))
      return body
    },
    createGroup(displayName: string, members: readonly string[] = []): Promise<GraphBody> {
      const bind = members.length === 0 ? {} : { 'members@odata.bind': members.map(objectUrl) }
      const group = { displayName, mailEnabled: false, mailNickname: displayName, securityEnabled: true, ...bind }
      return this.create('/groups', group)
    },
  }
}

export const objectUrl = (id: string): string => `${GRAPH}/v1.0/directoryObjects/${id}`
export const reference = (id: string) => ({ '@odata.id': objectUrl(id) })
export const filterBy = (filter: string): string => `$filter=${encodeURIComponent(filter)}`

/** Asserts an error by its status and code, and gives its message. */
export function assertError({ status, body }: GraphAnswer, expected: number, code: string): string {
  assert.deepEqual([status, body.error?.code], [expected, code], JSON.stringify(body))
  return body.error.message
}
