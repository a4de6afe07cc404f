import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countCalls } from '../../test/fixtures/counting.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import type { Mailbox } from '../smtp/events.ts'
import { authorizeReversePath, authorizeSender } from './authorize-sender.ts'
import type { Verdict } from './verdict.ts'

let fixture: SubmissionFixture
before(async () => {
  fixture = await openSubmissionFixture()
})
after(() => fixture.close())

function open() {
  const { port, calls } = countCalls(fixture.storage.read.resources)
  const verdict = {
    service: { id: fixture.serviceId, name: 'contoso', tenantId: fixture.tenantId },
    senders: new Map(),
  } as unknown as Verdict
  return { resources: port, calls, verdict }
}

const cases: readonly { name: string; address: Mailbox; expected: string }[] = [
  { name: 'sender username', address: { localPart: 'DoNotReply', domain: 'mail.example.test' }, expected: 'allowed' },
  {
    name: 'the same in other case',
    address: { localPart: 'DONOTREPLY', domain: 'Mail.Example.TEST' },
    expected: 'allowed',
  },
  {
    name: 'unknown local part',
    address: { localPart: 'ceo', domain: 'mail.example.test' },
    expected: 'sender-not-allowed',
  },
  {
    name: 'local part with a space',
    address: { localPart: 'DoNotReply ', domain: 'mail.example.test' },
    expected: 'sender-not-allowed',
  },
  {
    name: 'domain of nobody',
    address: { localPart: 'DoNotReply', domain: 'example.test' },
    expected: 'sender-domain-not-linked',
  },
  {
    name: 'sub-domain',
    address: { localPart: 'DoNotReply', domain: 'a.mail.example.test' },
    expected: 'sender-domain-not-linked',
  },
  {
    name: 'domain that is linked but not verified',
    address: { localPart: 'DoNotReply', domain: 'new.example.test' },
    expected: 'sender-domain-not-verified',
  },
  {
    name: 'address literal',
    address: { localPart: 'DoNotReply', domain: '[127.0.0.1]' },
    expected: 'sender-domain-not-linked',
  },
  {
    name: 'look-alike domain',
    address: { localPart: 'DoNotReply', domain: 'maıl.example.test' },
    expected: 'sender-domain-not-linked',
  },
]

for (const { name, address, expected } of cases)
  test(`${name}: ${expected}`, async () => {
    const { resources, verdict } = open()
    const decision = await authorizeSender(resources, verdict, address, 'From')
    assert.equal(decision.type === 'allowed' ? 'allowed' : decision.reason, expected)
    if (decision.type === 'refused') assert.equal(decision.reply.code, 550)
  })

test('the text of a refusal names the domain', async () => {
  const { resources, verdict } = open()
  const decision = await authorizeSender(resources, verdict, { localPart: 'a', domain: 'Other.Example.Test' }, 'From')
  assert.equal(decision.type, 'refused')
  assert.match(decision.reply.lines[0] ?? '', /has not been linked.*other\.example\.test/)
})

test('nobody owns the null reverse-path', async () => {
  const { resources, verdict } = open()
  const decision = await authorizeReversePath(resources, verdict, undefined)
  assert.equal(decision.type === 'refused' && decision.reason, 'sender-null')
})

const DEFAULT = { localPart: 'DoNotReply', domain: 'mail.example.test' }
const OWN = { localPart: 'device', domain: 'copier.example.test' }

test('the default of the user name stands where the own address may not, and nowhere else', async () => {
  const { resources, verdict } = open()
  const withDefault = { ...verdict, defaultFrom: DEFAULT }
  for (const given of [OWN, undefined])
    assert.deepEqual(await authorizeReversePath(resources, withDefault, given), {
      type: 'allowed',
      domain: 'mail.example.test',
      reversePath: DEFAULT,
    })
  const upper = { ...DEFAULT, localPart: 'DONOTREPLY' }
  const kept = await authorizeReversePath(resources, withDefault, upper)
  assert.equal(kept.reversePath, upper)
})

test('a default that may not stand either is what is refused', async () => {
  const { resources, verdict } = open()
  const decision = await authorizeReversePath(
    resources,
    { ...verdict, defaultFrom: { ...DEFAULT, localPart: 'ceo' } },
    OWN,
  )
  assert.equal(decision.type === 'refused' && decision.reason, 'sender-not-allowed')
  assert.equal(decision.reversePath?.localPart, 'ceo')
})

test('one verdict asks about an address once, and remembers no more than a bounded number', async () => {
  const { resources, verdict, calls } = open()
  for (let i = 0; i < 5; i++)
    await authorizeSender(resources, verdict, { localPart: 'DoNotReply', domain: 'mail.example.test' }, 'From')
  assert.equal(calls['readSenderStanding'], 1)
  for (let i = 0; i < 500; i++)
    await authorizeSender(resources, verdict, { localPart: `x${i}`, domain: 'mail.example.test' }, 'From')
  assert.ok(verdict.senders.size <= 64)
})
