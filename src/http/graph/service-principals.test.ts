// Service principals in Graph's shape.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture } from '../http.fixture.ts'

let http: HttpFixture
let token: string
before(async () => {
  http = await openHttpFixture()
  token = await http.token(await http.program(A, READER.name))
})
after(() => http.close())

async function ask(path: string, bearer = token) {
  const response = await http.request('GET', `/v1.0${path}`, { token: bearer })
  return { status: response.status, body: (await response.json()) as { error: { code: string } } }
}

test('a service principal by object id and by client id', async () => {
  for (const path of [
    `/servicePrincipals/${A.principalId}`,
    `/servicePrincipals(appId='${A.applicationId.toUpperCase()}')`,
  ]) {
    assert.deepEqual(await ask(path), {
      status: 200,
      body: {
        '@odata.context': `${BASE}/v1.0/$metadata#servicePrincipals/$entity`,
        id: A.principalId,
        deletedDateTime: null,
        createdDateTime: null,
        description: null,
        notes: null,
        keyCredentials: [],
        passwordCredentials: [],
        appRoleAssignmentRequired: false,
        accountEnabled: true,
        appId: A.applicationId,
        appDisplayName: 'Printer',
        appOwnerOrganizationId: A.tenantId,
        displayName: 'Printer',
        servicePrincipalNames: [A.applicationId],
        servicePrincipalType: 'Application',
        tags: [],
      },
    })
  }
})

const absent = [
  `/servicePrincipals/${B.principalId}`,
  `/servicePrincipals(appId='${B.applicationId}')`,
  `/servicePrincipals/${A.applicationId}`,
  "/servicePrincipals(appId='x')",
]
for (const path of absent) {
  test(`${path} is not there`, async () => {
    const { status, body } = await ask(path)
    assert.deepEqual([status, body.error.code], [404, 'Request_ResourceNotFound'])
  })
}

test('without the right, nothing is told of what exists', async () => {
  const nobody = await http.token(await http.program(A))
  for (const id of [A.principalId, B.principalId]) {
    assert.equal((await ask(`/servicePrincipals/${id}`, nobody)).status, 403)
  }
})
