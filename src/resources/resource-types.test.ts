import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  COMMUNICATION_SERVICES,
  DEFAULT_SENDER_USERNAME,
  DOMAINS,
  EMAIL_SERVICES,
  isResourceName,
  isSameType,
  RESOURCE_GROUPS,
  SENDER_USERNAMES,
  SMTP_USERNAMES,
  SUBSCRIPTIONS,
} from './resource-types.ts'

const cases = [
  {
    type: COMMUNICATION_SERVICES,
    good: ['a', 'Contoso_Mail-1', 'a'.repeat(63)],
    bad: ['', 'a'.repeat(64), 'a.b', 'a b', '-a', '_a', 'é', 'a\n'],
  },
  { type: EMAIL_SERVICES, good: ['post', '-', 'a'.repeat(63)], bad: ['', 'a_b', 'a.b', 'a'.repeat(64), 'a\n'] },
  {
    type: DOMAINS,
    good: ['contoso.test', 'AzureManagedDomain', 'azuremanageddomain', 'münchen.test'],
    bad: ['', 'contoso', 'a..b', 'a/b.test', 'contoso.test.'],
  },
  {
    type: SENDER_USERNAMES,
    good: [DEFAULT_SENDER_USERNAME, 'a.b+c', "o'hara", 'a'.repeat(253)],
    bad: ['', '.a', 'a.', 'a..b', 'a b', 'a@b', 'a/b', '"a"', 'a'.repeat(254), 'ä', 'a\n'],
  },
  { type: SMTP_USERNAMES, good: ['scanner-1', 'a'.repeat(253)], bad: ['', 'a@b', 'a_b', 'a.b', 'a'.repeat(254)] },
  {
    type: RESOURCE_GROUPS,
    good: ['mail_RG.(1)', 'Köln', 'a'.repeat(90)],
    bad: ['', 'a.', 'a b', 'a/b', 'a'.repeat(91)],
  },
  { type: SUBSCRIPTIONS, good: [], bad: ['a'] },
]

for (const { type, good, bad } of cases)
  test(`resource name: ${type}`, () => {
    for (const name of good) assert.ok(isResourceName(type.toUpperCase(), name), JSON.stringify(name))
    for (const name of bad) assert.ok(!isResourceName(type, name), JSON.stringify(name))
  })

test('resource type: compares without regard to case', () => {
  assert.ok(isSameType(COMMUNICATION_SERVICES, 'microsoft.communication/communicationservices'))
  assert.ok(!isSameType(COMMUNICATION_SERVICES, SMTP_USERNAMES))
})
