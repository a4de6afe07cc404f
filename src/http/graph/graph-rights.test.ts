// Every route of Graph at once: none without a token, none without its right, none that a reader could change something by; and
// whoever lacks the right is told the same of what exists as of what does not.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import { A } from '../../storage/two-tenants.fixture.ts'
import { ABSENT, type GraphFixture, openGraphFixture } from './graph.fixture.ts'
import { graphRoutes } from './graph.ts'

let graph: GraphFixture
let nobody: string
let reader: string
before(async () => {
  graph = await openGraphFixture()
  nobody = await graph.tokenOf(await graph.program(A))
  reader = await graph.tokenOf(await graph.program(A, READER.name))
})
after(() => graph.close())

/** What anybody may ask: about itself, its tenant, or for what it may read one by one. */
const OPEN = /^\/(?:me|organization|oauth2PermissionGrants|directoryObjects\/getByIds)(?:\/|$)/

for (const { method, path } of graphRoutes) {
  const at = (id: string) => path.replace('{objectId}', id).replaceAll(/\{\w+\}/g, id)
  const objectId =
    { applications: A.applicationObjectId, servicePrincipals: A.principalId }[path.split('/')[1] ?? ''] ?? ABSENT
  const json = method === 'GET' || method === 'DELETE' ? undefined : {}

  test(`${method} ${path} needs a token and its right`, async () => {
    assert.equal((await graph.request(method, `/v1.0${at(objectId)}`)).status, 401)
    const answers = []
    for (const id of [objectId, ABSENT]) {
      const { status, body } = await graph.ask(method, at(id), json, nobody)
      answers.push([
        status,
        JSON.stringify(body.error ?? {})
          .replaceAll(id, 'X')
          .replaceAll(/"innerError".*/g, ''),
      ])
    }
    if (OPEN.test(path)) return assert.notEqual(answers[0]?.[0], 403)
    assert.equal(answers[0]?.[0], 403)
    assert.deepEqual(answers[0], answers[1])
  })

  const asks = /(?:getByIds|MemberGroups|MemberObjects)$/.test(path)
  const isOwn = path.startsWith('/me/')
  if (method !== 'GET' && !asks && !isOwn)
    test(`${method} ${path} is closed to a reader`, async () => {
      assert.equal((await graph.ask(method, at(objectId), json, reader)).status, 403)
    })
}
