// What `compatibility: azure` changes, that it only narrows, and that the page about it says the same.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { quickstartConfig } from '../config/quickstart-config.ts'
import { mechanismNames } from '../sasl/mechanisms.ts'
import {
  ATTACHMENT_EXTENSIONS,
  AZURE_PROFILE,
  isAllowedAttachment,
  quotaDefaults,
  submissionTraits,
} from './azure-profile.ts'

const LIMITS = {
  recipients: 100,
  size: 25 * 1024 * 1024,
  idle: 300_000,
  idleBeforeAuthentication: 60_000,
  handshake: 15_000,
  contentStall: 180_000,
  sessionAge: 3_600_000,
  messagesPerSession: 1000,
  received: 100,
}
const mechanisms = mechanismNames
const domains = { managedSuffix: 'managed.test' }

test('without the profile everything is as configured', () => {
  const { loginRefusal, ...traits } = submissionTraits('none', { mechanisms, limits: LIMITS })
  assert.deepEqual(traits, { mechanisms, limits: LIMITS })
  assert.equal(loginRefusal?.('REF').enhancedStatusCode, '5.7.8')
  assert.deepEqual(quotaDefaults({ compatibility: 'none', quotas: {}, domains }), {})
})

test('the profile narrows what is wider and leaves what is narrower', () => {
  const { loginRefusal, ...traits } = submissionTraits('azure', { mechanisms, limits: LIMITS })
  assert.deepEqual(traits, {
    mechanisms: ['LOGIN', 'XOAUTH2'],
    limits: { ...LIMITS, recipients: 50, size: 10 * 1024 * 1024 },
  })
  assert.deepEqual(loginRefusal?.('REF'), {
    code: 535,
    enhancedStatusCode: '5.7.3',
    lines: ['Authentication unsuccessful [REF]'],
  })
  const narrow = { ...LIMITS, recipients: 3, size: 1024 }
  assert.deepEqual(submissionTraits('azure', { mechanisms: ['PLAIN', 'LOGIN'], limits: narrow }).limits, narrow)
})

test('a quota that is configured stands; the others are those of Azure', () => {
  const configured = {
    application: { messages: { day: 5 } },
    resource: { messages: { minute: 7 }, recipients: { day: 9 } },
    domain: { messages: { hour: 8 } },
  }
  assert.deepEqual(quotaDefaults({ compatibility: 'azure', quotas: configured, domains }), {
    application: { messages: { day: 5 } },
    resource: { messages: { minute: 7, hour: 100 }, recipients: { day: 9 } },
    domain: { messages: { hour: 8 } },
    managedDomain: { suffix: 'managed.test', limits: { messages: { minute: 5, hour: 8 } } },
  })
  assert.deepEqual(quotaDefaults({ compatibility: 'azure', quotas: {}, domains }), {
    resource: { messages: { minute: 30, hour: 100 } },
    managedDomain: { suffix: 'managed.test', limits: { messages: { minute: 5, hour: 10 } } },
  })
})

const attachments: readonly (readonly [name: string, mediaType: string, isAllowed: boolean])[] = [
  ['a.pdf', 'application/pdf', true],
  ['A.PDF ', 'Application/PDF; name=x', true],
  ['a.pdf', 'application/octet-stream', true],
  ['a.pdf', 'application/x-msdownload', false],
  ['a.xml', 'text/xml', true],
  ['a.pdf.exe', 'application/pdf', false],
  ['a.exe', 'application/octet-stream', false],
  ['pdf', 'application/pdf', false],
  ['', 'application/pdf', false],
  ['a.', 'application/pdf', false],
  ['a.constructor', 'application/octet-stream', false],
]

for (const [name, mediaType, isAllowed] of attachments)
  test(`an attachment '${name}' of type ${mediaType} is ${isAllowed ? '' : 'not '}taken`, () => {
    assert.equal(isAllowedAttachment(name, mediaType), isAllowed)
  })

test('the page about compatibility says the same', () => {
  const page = readFileSync(new URL('../../docs/azure-compatibility.md', import.meta.url), 'utf8')
  const cell = (topic: string) => new RegExp(`^\\| ${topic} \\|[^|]*\\| ([^|]*) \\|$`, 'm').exec(page)?.[1] ?? ''
  assert.equal(cell('login mechanisms'), AZURE_PROFILE.mechanisms.join(', '))
  assert.equal(cell('recipients of a message'), String(AZURE_PROFILE.recipients))
  assert.equal(cell('size of a message, encoded'), `${AZURE_PROFILE.size / 1024 / 1024} MiB`)
  const { minute, hour } = AZURE_PROFILE.messages
  assert.ok(cell('messages of a communication service').startsWith(`${minute} in a minute, ${hour} in an hour`))
  const { managedMessages } = AZURE_PROFILE
  const managed = `${managedMessages.minute} in a minute, ${managedMessages.hour} in an hour`
  assert.ok(cell('messages of a managed domain').startsWith(managed))
  assert.ok(cell('sessions that are signed in, of a subscription').startsWith(`${AZURE_PROFILE.sessions} on each node`))
  assert.ok(cell('attachments').endsWith(`: ${ATTACHMENT_EXTENSIONS.join(' ')}`))
  const parsed = quickstartConfig({})
  assert.ok(parsed.type === 'config')
  const { grantDelay, usernameDelay } = parsed.config.azure
  assert.ok(cell('a new role assignment').includes(`, ${grantDelay / 60_000} minute unless`))
  assert.ok(cell('a new SMTP username').includes(`, ${usernameDelay / 1000} seconds unless`))
  assert.ok(cell('a refused login').startsWith('`535 5.7.3 Authentication unsuccessful ['))
})
