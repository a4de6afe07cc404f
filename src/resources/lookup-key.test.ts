import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookupKeyOf } from './lookup-key.ts'
import { COMMUNICATION_SERVICES, DOMAINS, EMAIL_SERVICES, SENDER_USERNAMES, SMTP_USERNAMES } from './resource-types.ts'

const cases = [
  { type: COMMUNICATION_SERVICES, name: 'Contoso-Mail', properties: {}, key: 'contoso-mail' },
  {
    type: SMTP_USERNAMES,
    name: 'scanner',
    properties: { username: 'Scanner@Ko\u0308ln.test' },
    key: 'scanner@köln.test',
  },
  { type: SMTP_USERNAMES, name: 'scanner', properties: {}, key: undefined },
  { type: SENDER_USERNAMES, name: 'x', properties: { username: 'DoNotReply' }, key: 'donotreply' },
  { type: SENDER_USERNAMES, name: 'DoNotReply', properties: {}, key: 'donotreply' },
  { type: DOMAINS, name: 'München.test', properties: {}, key: 'xn--mnchen-3ya.test' },
  {
    type: DOMAINS,
    name: 'AzureManagedDomain',
    properties: { fromSenderDomain: 'ABC.postern.test' },
    key: 'abc.postern.test',
  },
  { type: DOMAINS, name: 'AzureManagedDomain', properties: {}, key: undefined },
  { type: EMAIL_SERVICES, name: 'post', properties: {}, key: undefined },
]

for (const { type, name, properties, key } of cases)
  test(`lookup key: ${type} ${name} ${JSON.stringify(properties)}`, () => {
    assert.equal(lookupKeyOf({ type, name, properties }), key)
    assert.equal(lookupKeyOf({ type: type.toLowerCase(), name, properties }), key)
  })
