// Every operation of Graph, asked for real: what it answers is what the document of the API says, the document says nothing that no answer
// shows, and the query parameters that it tells are those that are taken.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import { A, AT } from '../../storage/two-tenants.fixture.ts'
import { type AnswerChecker, type ApiDocument, createAnswerChecker } from '../described-answers.fixture.ts'
import { createCertificate } from '../entra/assertion.fixture.ts'
import { BASE, type RequestOptions } from '../http.fixture.ts'
import { createAuthenticator } from '../sign-in/authenticator.fixture.ts'
import { Browser, Client, NAME, PASSWORD, putUser } from '../sign-in/sign-in.fixture.ts'
import { ABSENT, filterBy, type GraphBody, type GraphFixture, openGraphFixture, reference } from './graph.fixture.ts'

const DAY = 24 * 60 * 60 * 1000

let graph: GraphFixture
let token: string
let checker: AnswerChecker
let document: ApiDocument

before(async () => {
  graph = await openGraphFixture()
  const program = await graph.program(A, POSTERN_ADMINISTRATOR.name)
  const management = await graph.token(program)
  token = await graph.tokenOf(program)
  document = (await (await graph.request('GET', '/openapi.json', { token: management })).json()) as ApiDocument
  checker = createAnswerChecker(document)
})
after(() => graph.close())

/** Asks, and gives the body of an answer of the status that is meant. */
async function ask(
  method: string,
  below: string,
  expected: number,
  json?: unknown,
  bearer = token,
): Promise<GraphBody> {
  const path = `/v1.0${below}`
  const options: RequestOptions = { token: bearer, ...(json === undefined ? {} : { json }) }
  const answer = await graph.request(method, path, options)
  const text = await checker.check({ method, path }, answer)
  assert.equal(answer.status, expected, `${method} ${path}: ${text}`)
  return (answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : {}) as GraphBody
}

/** What every set of objects has. */
async function walk(set: string, body: object, change: object): Promise<GraphBody> {
  const made = await ask('POST', `/${set}`, 201, body)
  await ask('GET', `/${set}?$count=true&$top=1`, 200)
  await ask('GET', `/${set}/$count`, 200)
  await ask('GET', `/${set}/${made.id}`, 200)
  await ask('PATCH', `/${set}/${made.id}`, 204, change)
  return made
}

test('applications: themselves, credentials, owners', async () => {
  const certificate = await createCertificate(AT - DAY, AT + DAY)
  const keyCredentials = [{ key: Buffer.from(certificate.der).toString('base64') }]
  const told = { notes: 'n', description: 'd', tags: ['t'], identifierUris: ['api://answers'] }
  const { id } = await walk('applications', { displayName: 'Answers', ...told, keyCredentials }, { notes: 'm' })
  await ask('GET', `/applications(appId='${A.applicationId}')`, 200)
  const { keyId } = await ask('POST', `/applications/${id}/addPassword`, 200, {
    passwordCredential: { displayName: 'p' },
  })
  await ask('GET', `/applications/${id}`, 200)
  await ask('POST', `/applications/${id}/removePassword`, 204, { keyId })
  const path = `/applications/${id}/federatedIdentityCredentials`
  const trusted = { name: 'pipeline', issuer: 'https://issuer.test/', subject: 's', audiences: ['a'], description: 'd' }
  const credential = await ask('POST', path, 201, trusted)
  for (const one of [path, `${path}/${credential.id}`]) await ask('GET', one, 200)
  await ask('PATCH', `${path}/${credential.id}`, 204, { subject: 't' })
  await ask('DELETE', `${path}/${credential.id}`, 204)
  await walkOwners(`/applications/${id}`)
  await ask('DELETE', `/applications/${id}`, 204)
})

async function walkOwners(owned: string): Promise<void> {
  await ask('POST', `${owned}/owners/$ref`, 204, reference(A.principalId))
  for (const path of ['owners', 'owners/$ref']) await ask('GET', `${owned}/${path}`, 200)
  await ask('GET', `/servicePrincipals/${A.principalId}/ownedObjects`, 200)
  await ask('DELETE', `${owned}/owners/${A.principalId}/$ref`, 204)
}

test('service principals: themselves, secrets, owners', async () => {
  const { appId } = await ask('POST', '/applications', 201, { displayName: 'With a principal' })
  const principal = await walk('servicePrincipals', { appId, notes: 'n' }, { accountEnabled: false })
  const path = `/servicePrincipals/${principal.id}`
  const { keyId } = await ask('POST', `${path}/addPassword`, 200)
  await ask('GET', path, 200)
  await ask('POST', `${path}/removePassword`, 204, { keyId })
  await walkOwners(path)
  await ask('DELETE', path, 204)
})

const GROUP = { displayName: 'All', mailEnabled: false, mailNickname: 'all', securityEnabled: true }
const TEXTS = {
  city: 'c',
  country: 'c',
  department: 'd',
  givenName: 'g',
  surname: 's',
  jobTitle: 'j',
  mail: 'm@a.test',
}
const MORE = { companyName: 'c', mobilePhone: '1', officeLocation: 'o', postalCode: 'p', preferredLanguage: 'de' }
const ADDRESS = { state: 's', streetAddress: 's' }

test('groups and users, and who is in what', async () => {
  const names = { displayName: 'Anna', mailNickname: 'anna', userPrincipalName: 'anna@contoso.test' }
  const told = { accountEnabled: true, ...TEXTS, ...MORE, ...ADDRESS }
  const user = await walk('users', { ...names, ...told }, { jobTitle: 'k' })
  const group = await walk('groups', { ...GROUP, description: 'Everybody' }, { description: 'All' })
  await walkOwners(`/groups/${group.id}`)
  const outer = await ask('POST', '/groups', 201, { ...GROUP, displayName: 'Outer' })
  await ask('POST', `/groups/${outer.id}/members/$ref`, 204, reference(group.id))
  for (const member of [user.id, A.principalId])
    await ask('POST', `/groups/${group.id}/members/$ref`, 204, reference(member))
  for (const path of ['members', 'transitiveMembers', 'members/$ref'])
    await ask('GET', `/groups/${outer.id}/${path}`, 200)
  await ask('GET', `/groups/${group.id}/members?$count=true&$top=1`, 200)
  const objects = ['users', 'groups', 'servicePrincipals', 'directoryObjects']
  const ids: Record<string, string> = { users: user.id, groups: group.id, servicePrincipals: A.principalId }
  for (const set of objects) await walkGroupsOf(`/${set}/${ids[set] ?? user.id}`, [outer.id])
  await walkGroupsOf('/me', [outer.id])
  for (const owner of [`/users/${user.id}`, '/me']) await ask('GET', `${owner}/ownedObjects`, 200)
  await walkObjects([user.id, group.id, A.principalId, A.applicationObjectId])
  await ask('DELETE', `/groups/${group.id}/members/${user.id}/$ref`, 204)
  await ask('DELETE', `/groups/${group.id}`, 204)
  await ask('DELETE', `/users/${user.id}`, 204)
})

async function walkGroupsOf(object: string, ids: readonly string[]): Promise<void> {
  for (const list of ['memberOf', 'transitiveMemberOf']) await ask('GET', `${object}/${list}`, 200)
  for (const action of ['getMemberGroups', 'getMemberObjects'])
    await ask('POST', `${object}/${action}`, 200, { securityEnabledOnly: false })
  await ask('POST', `${object}/checkMemberGroups`, 200, { groupIds: ids })
  await ask('POST', `${object}/checkMemberObjects`, 200, { ids })
}

async function walkObjects(ids: readonly string[]): Promise<void> {
  const { value } = await ask('POST', '/directoryObjects/getByIds', 200, { ids })
  assert.equal(value.length, ids.length)
  for (const id of ids) await ask('GET', `/directoryObjects/${id}`, 200)
}

test('what a user signs in with', async () => {
  const userId = await putUser(graph, A)
  const client = new Client(graph)
  const browser = new Browser(graph)
  const signed = await browser.submit(await browser.open(client.path()), { username: NAME, password: PASSWORD })
  const own = await client.token(signed.location?.searchParams.get('code') ?? '')
  const methods = '/authentication/fido2Methods'
  for (const owner of ['/me', `/users/${userId}`]) {
    const key = createAuthenticator(BASE, 'localhost')
    const { publicKey } = await ask('GET', `/me${methods}/creationOptions`, 200, undefined, own)
    const publicKeyCredential = key.make((publicKey as { challenge: string }).challenge)
    await ask('POST', `/me${methods}`, 201, { displayName: 'Key', publicKeyCredential }, own)
    await ask('GET', `${owner}${methods}`, 200, undefined, owner === '/me' ? own : token)
    if (owner !== '/me') await ask('DELETE', `${owner}${methods}/${key.id}`, 204)
  }
  await ask('PATCH', `/users/${userId}`, 204, { passwordProfile: { password: PASSWORD } })
  await ask('POST', `/users/${userId}/revokeSignInSessions`, 200, {})
})

test('what a user does about the own credentials', async () => {
  const acts = [
    ['DELETE', `/me/authentication/fido2Methods/KEY`, 204, undefined],
    ['POST', '/me/changePassword', 204, { currentPassword: PASSWORD, newPassword: 'another horse battery' }],
    ['POST', '/me/revokeSignInSessions', 200, {}],
  ] as const
  for (const [index, [method, path, status, body]] of acts.entries()) {
    const userPrincipalName = `own${index}@contoso.test`
    const named = { displayName: 'Own', mailNickname: 'own', userPrincipalName, accountEnabled: true }
    const passwordProfile = { password: PASSWORD, forceChangePasswordNextSignIn: false }
    await ask('POST', '/users', 201, { ...named, passwordProfile })
    const client = new Client(graph)
    const browser = new Browser(graph)
    const given = { username: userPrincipalName, password: PASSWORD }
    const signed = await browser.submit(await browser.open(client.path()), given)
    const own = await client.token(signed.location?.searchParams.get('code') ?? '')
    const key = createAuthenticator(BASE, 'localhost')
    const { publicKey } = await ask('GET', '/me/authentication/fido2Methods/creationOptions', 200, undefined, own)
    const publicKeyCredential = key.make((publicKey as { challenge: string }).challenge)
    await ask('POST', '/me/authentication/fido2Methods', 201, { displayName: 'Key', publicKeyCredential }, own)
    await ask(method, path.replace('KEY', key.id), status, body, own)
  }
})

test('the tenant and the caller, and a refusal', async () => {
  for (const path of ['/organization', `/organization/${A.tenantId}`, '/oauth2PermissionGrants', '/me'])
    await ask('GET', path, 200)
  await ask('GET', `/groups/${ABSENT}`, 404)
})

test('nothing of the document was missed', () => {
  checker.assertComplete((path) => path.startsWith('/v1.0/'))
})

type Shown = { readonly status: number; readonly body: GraphBody }

const isRefused = (_: Shown, { status }: Shown) => status === 400
const isEmptied = (plain: Shown, { body: { value } }: Shown) => value?.length === 0 && plain.body.value.length > 0
const isStripped = (plain: Shown, { body }: Shown) => membersOf(body).length === 0 && membersOf(plain.body).length > 0

const membersOf = ({ value, ...members }: GraphBody): readonly string[] =>
  [members, ...(value ?? [])].flatMap(Object.keys).filter((name) => !name.startsWith('@odata.'))

/** What is asked with each parameter, and how the answer shows that it was taken. */
const PROBES = [
  ['$top', '$top=0', isRefused],
  ['$skiptoken', '$skiptoken=x', isRefused],
  ['$count', '$count=maybe', isRefused],
  ['$filter', filterBy(`id eq '${ABSENT}'`), isEmptied],
  ['$search', `$search=${encodeURIComponent('"displayName:nobody"')}`, isEmptied],
  ['$select', '$select=nothing', isStripped],
] as const

async function show(path: string): Promise<Shown> {
  const answer = await graph.request('GET', path, { token })
  const text = await answer.text()
  const body: unknown = path.includes('/$count') ? { value: text === '0' ? [] : [{ count: text }] } : JSON.parse(text)
  return { status: answer.status, body: body as GraphBody }
}

test('the query parameters that are told are those that are taken', async () => {
  const ids = await populate()
  const lists = Object.entries(document.paths).filter(
    // Those are of a user who has signed in, and take none.
    ([path, { get }]) => path.startsWith('/v1.0/') && !path.startsWith('/v1.0/me/authentication/') && get !== undefined,
  )
  for (const [template, item] of lists) {
    const [, , set = ''] = template.split('/')
    const path = template.replace('{objectId}', ids[set] ?? '').replace('{credential}', 'pipeline')
    const plain = await show(path)
    assert.equal(plain.status, 200, `${path}: ${JSON.stringify(plain.body)}`)
    for (const [parameter, query, isTaken] of PROBES) {
      const isTold = item['get']?.parameters.some((told) => told.in === 'query' && told.name === parameter)
      const shown = await show(`${path}?${query}`)
      assert.equal(isTaken(plain, shown), isTold, `${template} ${query}: ${JSON.stringify(shown)}`)
    }
  }
})

/** Objects of which every list has something to show, by the names of their sets. */
async function populate(): Promise<Readonly<Record<string, string>>> {
  const { id: me } = await ask('GET', '/me', 200)
  const names = {
    displayName: 'Otto',
    mailNickname: 'otto',
    userPrincipalName: 'otto@contoso.test',
    accountEnabled: true,
  }
  const user = await ask('POST', '/users', 201, names)
  const group = await ask('POST', '/groups', 201, { ...GROUP, displayName: 'One' })
  const other = await ask('POST', '/groups', 201, { ...GROUP, displayName: 'Other' })
  for (const member of [me, user.id, A.principalId, other.id])
    await ask('POST', `/groups/${group.id}/members/$ref`, 204, reference(member))
  await ask('POST', `/groups/${other.id}/members/$ref`, 204, reference(group.id))
  const owned = [`applications/${A.applicationObjectId}`, `servicePrincipals/${A.principalId}`, `groups/${group.id}`]
  for (const path of owned)
    for (const owner of [me, user.id, A.principalId]) await ask('POST', `/${path}/owners/$ref`, 204, reference(owner))
  const trusted = { name: 'pipeline', issuer: 'https://issuer.test/', subject: 's', audiences: ['a'] }
  await ask('POST', `/applications/${A.applicationObjectId}/federatedIdentityCredentials`, 201, trusted)
  return {
    applications: A.applicationObjectId,
    servicePrincipals: A.principalId,
    groups: group.id,
    users: user.id,
    directoryObjects: A.principalId,
    organization: A.tenantId,
  }
}
