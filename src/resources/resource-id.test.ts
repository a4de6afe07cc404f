import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  formatResourceId,
  isSameResource,
  parentOf,
  parseResourceId,
  ROOT_SCOPE,
  scopeKey,
  typeOf,
} from './resource-id.ts'
import { COMMUNICATION_SERVICES, DOMAINS, RESOURCE_GROUPS, SENDER_USERNAMES, SUBSCRIPTIONS } from './resource-types.ts'

const SUBSCRIPTION = '/subscriptions/11111111-1111-4111-8111-111111111111'
const GROUP = `${SUBSCRIPTION}/resourceGroups/Mail-RG`
const EMAIL_SERVICE = `${GROUP}/providers/Microsoft.Communication/emailServices/post`
const DOMAIN = `${EMAIL_SERVICE}/domains/contoso.test`
const SENDER = `${DOMAIN}/senderUsernames/DoNotReply`
const ROLE = '/providers/Microsoft.Authorization/roleDefinitions/r'

const readable = [
  { id: SUBSCRIPTION, type: SUBSCRIPTIONS, names: ['11111111-1111-4111-8111-111111111111'], ancestors: ['/'] },
  { id: GROUP, type: RESOURCE_GROUPS, names: ['Mail-RG'], ancestors: [SUBSCRIPTION, '/'] },
  {
    id: SENDER,
    type: SENDER_USERNAMES,
    names: ['post', 'contoso.test', 'DoNotReply'],
    ancestors: [DOMAIN, EMAIL_SERVICE, GROUP, SUBSCRIPTION, '/'],
  },
  { id: ROLE, type: 'Microsoft.Authorization/roleDefinitions', names: ['r'], ancestors: ['/'] },
  {
    id: `${SUBSCRIPTION}${ROLE}`,
    type: 'Microsoft.Authorization/roleDefinitions',
    names: ['r'],
    ancestors: [SUBSCRIPTION, '/'],
  },
  {
    id: `${DOMAIN}/providers/Microsoft.Authorization/roleAssignments/a`,
    type: 'Microsoft.Authorization/roleAssignments',
    names: ['a'],
    ancestors: [DOMAIN, EMAIL_SERVICE, GROUP, SUBSCRIPTION, '/'],
  },
  {
    id: `${GROUP}/providers/My.Own/providersOf/providers`,
    type: 'My.Own/providersOf',
    names: ['providers'],
    ancestors: [GROUP, SUBSCRIPTION, '/'],
  },
]

for (const { id, type, names, ancestors } of readable)
  test(`resource id: reads ${id}`, () => {
    const parsed = parseResourceId(id)
    assert.deepEqual(
      { id: parsed?.id, type: parsed?.type, names: parsed?.names, ancestors: parsed?.ancestors },
      { id, type, names, ancestors },
    )
    assert.equal(typeOf(id), type)
    assert.equal(parentOf(id), ancestors[0])
  })

test('resource id: tells subscription and resource group where there are any', () => {
  const { subscriptionId, resourceGroup } = parseResourceId(SENDER) ?? {}
  assert.deepEqual([subscriptionId, resourceGroup], ['11111111-1111-4111-8111-111111111111', 'Mail-RG'])
  assert.deepEqual(Object.keys(parseResourceId(ROLE) ?? {}), ['id', 'type', 'names', 'ancestors'])
  assert.equal(parseResourceId(SUBSCRIPTION)?.resourceGroup, undefined)
})

test('resource id: collapses slashes and keeps the casing', () => {
  assert.equal(parseResourceId(`/${GROUP.replaceAll('/', '//')}/`)?.id, GROUP)
  assert.equal(parseResourceId(GROUP.toUpperCase())?.id, GROUP.toUpperCase())
  assert.equal(parseResourceId(GROUP.toUpperCase())?.type, RESOURCE_GROUPS)
})

const hostile = [
  '',
  '/',
  'subscriptions/s',
  '/subscriptions',
  `${SUBSCRIPTION}/resourceGroups`,
  `${SUBSCRIPTION}/locations/global`,
  `${GROUP}/providers`,
  `${GROUP}/providers/Microsoft.Communication`,
  `${GROUP}/providers/Microsoft.Communication/emailServices`,
  `${EMAIL_SERVICE}/domains`,
  `${EMAIL_SERVICE}/providers/Microsoft.Authorization`,
  `${GROUP}/resourceGroups/other`,
  '/resourceGroups/mail',
  `${GROUP}/../other`,
  `${GROUP}/./providers/Microsoft.Communication/emailServices/post`,
  `${SUBSCRIPTION}/resourceGroups/.`,
  `${SUBSCRIPTION}/resourceGroups/..`,
  `${SUBSCRIPTION}/resourceGroups/a%2fb`,
  `${SUBSCRIPTION}/resourceGroups/a%5Cb`,
  `${SUBSCRIPTION}/resourceGroups/%2e%2E`,
  `${SUBSCRIPTION}/resourceGroups/%00`,
  `${SUBSCRIPTION}/resourceGroups/a\\b`,
  `${SUBSCRIPTION}/resourceGroups/a\0`,
  `${SUBSCRIPTION}/resourceGroups/a\r\nb`,
  `${SUBSCRIPTION}/resourceGroups/a\u007f`,
  `${SUBSCRIPTION}/resourceGroups/a\u0085`,
  `${SUBSCRIPTION}/resourceGroups/a\u200b`,
  `${SUBSCRIPTION}/resourceGroups/a\u202eb`,
  `${SUBSCRIPTION}/resourceGroups/a\u2028b`,
  `${SUBSCRIPTION}/resourceGroups/a\ud800`,
  `${SUBSCRIPTION}/resourceGroups/${'a'.repeat(2000)}`,
  `/providers/a${'/b/c'.repeat(40)}`,
]

for (const text of hostile)
  test(`resource id: refuses ${JSON.stringify(text).slice(0, 120)}`, () => {
    assert.equal(parseResourceId(text), undefined)
    assert.equal(scopeKey(text), text === '/' ? '/' : undefined)
    assert.equal(isSameResource(text, text), text === '/')
  })

test('resource id: compares without regard to case, slashes aside', () => {
  assert.ok(isSameResource(DOMAIN, `${DOMAIN.toUpperCase()}//`))
  assert.ok(!isSameResource(DOMAIN, EMAIL_SERVICE))
  assert.equal(scopeKey(`/${DOMAIN.toUpperCase()}/`), DOMAIN.toLowerCase())
  assert.equal(scopeKey('//'), ROOT_SCOPE)
})

const name = fc.stringMatching(/^[A-Za-z0-9_()-][A-Za-z0-9_.()-]{0,20}$/)
const type = fc.constantFrom('emailServices', 'domains', 'x', 'Locks')
const chain = fc.tuple(name, fc.array(fc.tuple(type, name), { minLength: 1, maxLength: 4 }))
const ids = fc
  .tuple(fc.constantFrom(ROOT_SCOPE, SUBSCRIPTION, GROUP), fc.array(chain, { minLength: 1, maxLength: 2 }))
  .map(([base, chains]) =>
    chains.reduce<string>(
      (scope, [namespace, pairs]) =>
        formatResourceId(
          scope,
          [namespace, ...pairs.map(([one]) => one)].join('/'),
          pairs.map(([, one]) => one),
        ),
      base,
    ),
  )

test('resource id: what is formatted is read back, and its parts format to it again', () => {
  fc.assert(
    fc.property(fc.oneof(ids, fc.constantFrom(SUBSCRIPTION, GROUP)), (id) => {
      const parsed = parseResourceId(id)
      assert.equal(parsed?.id, id)
      const above = parsed.ancestors[parsed.type === SUBSCRIPTIONS ? 0 : parsed.names.length - 1] ?? ''
      assert.equal(formatResourceId(above, parsed.type, parsed.names), id)
    }),
  )
})

test('resource id: ancestors are the parents of parents, each the beginning of the next, down from the root', () => {
  fc.assert(
    fc.property(ids, (id) => {
      const { ancestors } = parseResourceId(id) ?? assert.fail()
      const climbed = []
      for (let at = parentOf(id); at !== undefined; at = parentOf(at)) climbed.push(at)
      assert.deepEqual(ancestors, climbed)
      assert.ok(ancestors.every((scope) => scope === ROOT_SCOPE || id.startsWith(`${scope}/`)))
    }),
  )
})

test('resource id: any text has a key that is its own key, or none', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    ids,
    fc.string({ unit: 'grapheme' }).map((text) => `${GROUP}/${text}`),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const key = scopeKey(text)
      if (key !== undefined) assert.equal(scopeKey(key), key)
    }),
  )
})

test('resource id: formats the id of a communication service', () => {
  assert.equal(
    formatResourceId(GROUP, COMMUNICATION_SERVICES, ['contoso']),
    `${GROUP}/providers/Microsoft.Communication/communicationServices/contoso`,
  )
  assert.equal(formatResourceId(GROUP, DOMAINS, ['post', 'contoso.test']), DOMAIN)
})
