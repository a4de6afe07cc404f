import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparableScope, scopeChain } from './scope.ts'

const SUBSCRIPTION = '/subscriptions/aaaa'
const GROUP = `${SUBSCRIPTION}/resourceGroups/Mail`
const DOMAIN = `${GROUP}/providers/Microsoft.Communication/emailServices/Post/domains/contoso.test`
const PARENT = `${GROUP}/providers/Microsoft.Communication/emailServices/Post`
const lower = (scopes: readonly string[]) => scopes.map((scope) => scope.toLowerCase())

const cases = [
  { name: 'the root', scope: '/', chain: ['/'] },
  { name: 'a subscription', scope: SUBSCRIPTION, chain: [SUBSCRIPTION, '/'] },
  { name: 'a resource group', scope: GROUP, chain: [GROUP, SUBSCRIPTION, '/'] },
  { name: 'a child resource', scope: DOMAIN, chain: [DOMAIN, PARENT, GROUP, SUBSCRIPTION, '/'] },
  { name: 'upper case', scope: GROUP.toUpperCase(), chain: [GROUP, SUBSCRIPTION, '/'] },
  { name: 'a trailing slash', scope: `${GROUP}/`, chain: [GROUP, SUBSCRIPTION, '/'] },
  { name: 'repeated slashes', scope: `/${GROUP}//`, chain: [GROUP, SUBSCRIPTION, '/'] },
  {
    name: 'a resource of the tenant',
    scope: '/providers/Microsoft.Authorization/roleDefinitions/x',
    chain: ['/providers/Microsoft.Authorization/roleDefinitions/x', '/'],
  },
  {
    name: 'a resource on a resource',
    scope: `${PARENT}/providers/Microsoft.Authorization/locks/x`,
    chain: [`${PARENT}/providers/Microsoft.Authorization/locks/x`, PARENT, GROUP, SUBSCRIPTION, '/'],
  },
  { name: 'a management group', scope: '/providers/Microsoft.Management/managementGroups/x', chain: [] },
  {
    name: 'what stands on a management group',
    scope: '/providers/Microsoft.Management/managementGroups/x/providers/Microsoft.Authorization/locks/y',
    chain: [],
  },
  { name: 'nothing', scope: '', chain: [] },
  { name: 'a name', scope: 'subscriptions/aaaa', chain: [] },
  { name: 'half an id', scope: '/subscriptions', chain: [] },
  { name: 'a climbing id', scope: `${GROUP}/../Other`, chain: [] },
]

for (const { name, scope, chain } of cases)
  test(`scope chain: ${name}`, () => assert.deepEqual(scopeChain(scope), lower(chain)))

const spellings = ['/', '//', GROUP, `${GROUP}/`, `/${GROUP}`, GROUP.toUpperCase(), `${GROUP}//`]

for (const spelling of spellings)
  test(`comparable scope: ${spelling} is found where its chain begins`, () =>
    assert.equal(comparableScope(spelling), scopeChain(spelling)[0]))
