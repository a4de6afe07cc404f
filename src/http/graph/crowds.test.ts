// What holds however many ask at once: limits, and that what is written to is still there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { A } from '../../storage/two-tenants.fixture.ts'
import { type GraphAnswer, type GraphFixture, openGraphFixture, reference } from './graph.fixture.ts'

let graph: GraphFixture
before(async () => {
  graph = await openGraphFixture()
})
after(() => graph.close())

/** How many of so many calls at once were answered by which status. */
async function crowd(size: number, call: (index: number) => Promise<GraphAnswer>): Promise<Record<string, number>> {
  const answers = await Promise.all(Array.from({ length: size }, (_, index) => call(index)))
  return Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]),
  )
}

const application = async () => (await graph.create('/applications', { displayName: 'Crowded' })).id

test('eighty secrets at once are fifty', async () => {
  const path = `/applications/${await application()}`
  assert.deepEqual(await crowd(80, () => graph.ask('POST', `${path}/addPassword`)), { 200: 50, 400: 30 })
  assert.equal(((await graph.ask('GET', path)).body['passwordCredentials'] as object[]).length, 50)
})

test('thirty federated credentials at once are twenty', async () => {
  const path = `/applications/${await application()}/federatedIdentityCredentials`
  const trust = (index: number) => ({
    name: `trust-${index}`,
    issuer: 'https://issuer.example',
    subject: `subject-${index}`,
    audiences: ['api://exchange'],
  })
  assert.deepEqual(await crowd(30, (index) => graph.ask('POST', path, trust(index))), { 201: 20, 400: 10 })
  assert.equal((await graph.ask('GET', path)).body.value.length, 20)
})

test('a member or an owner added while its group or application goes is added before, or not at all', async () => {
  for (let round = 0; round < 10; round += 1) {
    const group = `/groups/${(await graph.createGroup(`crowd-${round}`)).id}`
    const owned = `/applications/${await application()}`
    const statuses = await Promise.all(
      [group, owned].flatMap((path, index) => {
        const list = index === 0 ? 'members' : 'owners'
        const add = () => graph.ask('POST', `${path}/${list}/$ref`, reference(A.principalId))
        const remove = () => graph.ask('DELETE', path)
        return [add(), remove(), add(), remove()].map(async (answer) => (await answer).status)
      }),
    )
    assert.deepEqual(
      statuses.filter((status) => ![204, 400, 404].includes(status)),
      [],
    )
  }
  assert.equal(graph.state.log.includes('a request failed'), false)
})

test('what changes nothing is not written', async () => {
  const id = await application()
  const { appId } = (await graph.ask('GET', `/applications/${id}`)).body
  const principal = (await graph.create('/servicePrincipals', { appId })).id
  const user = await graph.create('/users', {
    accountEnabled: true,
    displayName: 'Ada',
    userPrincipalName: 'ada@contoso.test',
    mailNickname: 'ada',
    passwordProfile: { password: 'not stored anywhere' },
  })
  const group = (await graph.createGroup('unchanged')).id
  const trusts = `/applications/${id}/federatedIdentityCredentials`
  const body = { name: 'trust', issuer: 'https://issuer.example', subject: 'subject', audiences: ['api://exchange'] }
  const trust = await graph.create(trusts, body)
  const { read } = graph.storage
  const lines = async () => (await read.audit.listAudit(A.tenantId, 1000)).length
  const before = [await lines(), await read.directory.readEpoch(A.tenantId)]
  for (const path of [
    `/applications/${id}`,
    `/servicePrincipals/${principal}`,
    `/users/${user.id}`,
    `/groups/${group}`,
    `${trusts}/${trust.id}`,
  ])
    assert.equal((await graph.ask('PATCH', path, {})).status, 204, path)
  assert.deepEqual([await lines(), await read.directory.readEpoch(A.tenantId)], before)
})
