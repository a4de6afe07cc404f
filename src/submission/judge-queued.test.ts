// What a change in the directory, the roles or the resources means for mail that is queued already.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import { createQueuedJudge } from './judge-queued.ts'

const YEAR = 365 * 24 * 3600 * 1000

async function open(t: TestContext) {
  const fixture = await openSubmissionFixture()
  t.after(() => fixture.close())
  const { storage, tenantId, serviceId, now, sender, secret } = fixture
  const { directory, resources, roles } = storage.read
  const provider = fixture.provider(directory)
  const clientSecret = Buffer.from(secret)
  const login = { tenantId, applicationId: sender.applicationId, clientSecret, at: now }
  const outcome = await provider.authenticate(login)
  assert(outcome.type === 'authenticated')
  const { keyId, principal } = outcome.credential
  const envelope: SpooledEnvelope = {
    queueId: '01890000-0000-7000-8000-000000000000',
    tenantId,
    resourceId: serviceId,
    principalId: principal.principalId,
    applicationId: principal.applicationId,
    reversePath: 'DoNotReply@mail.example.test',
    parameters: {},
    recipients: [],
    receivedAt: now,
    internetMessageId: '',
    subject: '',
    fromField: '',
    proof: { keyId },
    client: { address: '', name: '' },
  }
  const counts = { rechecks: 0 }
  const judge = createQueuedJudge({
    directory,
    resources,
    roles,
    provider: {
      recheck(credential, at) {
        counts.rechecks += 1
        return provider.recheck(credential, at)
      },
    },
    requiredActions: DEFAULT_REQUIRED_ACTIONS,
    accessKeys: async () => [],
  })
  return { fixture, envelope, judge, counts }
}

type Opened = Awaited<ReturnType<typeof open>>

/** What the judge says before and after a change. */
async function afterChange({ judge, envelope }: Opened, change: () => Promise<unknown>): Promise<string> {
  assert.deepEqual(await judge(envelope), { type: 'may send' })
  await change()
  const standing = await judge(envelope)
  return standing.type === 'may send' ? standing.type : standing.reason
}

const changes: readonly {
  readonly what: string
  readonly make: (fixture: SubmissionFixture, envelope: SpooledEnvelope) => Promise<unknown>
  readonly says: RegExp
}[] = [
  {
    what: 'the secret is removed',
    make: ({ storage, change, tenantId, sender }, { proof }) =>
      storage.write.directory.removePassword(change, tenantId, sender.objectId, proof?.keyId ?? ''),
    says: /not a credential of application/,
  },
  {
    what: 'the service principal is disabled',
    make: ({ storage, change, tenantId }, { principalId }) =>
      storage.write.directory.updateServicePrincipal(change, tenantId, principalId, { accountEnabled: false }),
    says: /disabled/,
  },
  {
    what: 'the role assignment is removed',
    make: ({ storage, change, tenantId, sender }) =>
      storage.write.roles.deleteRoleAssignment(change, tenantId, sender.assignmentName),
    says: /no right to send/,
  },
  {
    what: 'the domain is deleted',
    make: ({ storage, change, serviceId }) =>
      storage.write.resources.deleteResource(change, domainIdOf(serviceId, 'mail.example.test')),
    says: /no verified domain/,
  },
  {
    what: 'the sender username is deleted',
    make: ({ storage, change, serviceId }) =>
      storage.write.resources.deleteResource(
        change,
        `${domainIdOf(serviceId, 'mail.example.test')}/senderUsernames/donotreply`,
      ),
    says: /no sender address/,
  },
  {
    what: 'the communication service is deleted',
    make: ({ storage, change, serviceId }) => storage.write.resources.deleteResource(change, serviceId),
    says: /is gone/,
  },
  {
    what: 'another secret is added',
    make: ({ storage, change, tenantId, sender, now }) =>
      storage.write.directory.addPassword(change, tenantId, sender.objectId, {
        keyId: '11111111-2222-4333-8444-555555555555',
        displayName: '',
        hint: 'abc',
        startAt: now,
        endAt: now + YEAR,
        hash: new Uint8Array(32),
      }),
    says: /^may send$/,
  },
]

const domainIdOf = (serviceId: string, name: string) =>
  serviceId.replace(/communicationServices\/.*$/, `emailServices/mail/domains/${name}`)

for (const { what, make, says } of changes)
  test(`${what}: ${says.source}`, async (t) => {
    const opened = await open(t)
    assert.match(await afterChange(opened, () => make(opened.fixture, opened.envelope)), says)
  })

test('a secret that has run out since is no reason', async (t) => {
  const { judge, envelope, fixture } = await open(t)
  assert.deepEqual(await judge({ ...envelope, receivedAt: fixture.secretEndsAt - 1 }), { type: 'may send' })
})

test('mail of which nobody knows what proved it is judged by the rest', async (t) => {
  const opened = await open(t)
  const { proof: _, ...envelope } = opened.envelope
  const { storage, change, tenantId, sender } = opened.fixture
  const unproven = { ...opened, envelope }
  const remove = () => storage.write.roles.deleteRoleAssignment(change, tenantId, sender.assignmentName)
  assert.match(await afterChange(unproven, remove), /no right to send/)
})

test('while nothing changes in the tenant, nobody is asked again', async (t) => {
  const { judge, envelope, counts, fixture } = await open(t)
  for (let round = 0; round < 5; round += 1) await judge(envelope)
  assert.equal(counts.rechecks, 1)
  await fixture.storage.write.directory.createTenant(fixture.change, {
    tenantId: '11111111-2222-4333-8444-555555555556',
    displayName: 'another',
  })
  await judge(envelope)
  assert.equal(counts.rechecks, 1)
})

test('while the provider cannot tell, nobody is held for it', async (t) => {
  const { fixture, envelope } = await open(t)
  const { directory, resources, roles } = fixture.storage.read
  const judge = createQueuedJudge({
    directory,
    resources,
    roles,
    provider: { recheck: async () => ({ type: 'unavailable', detail: 'no answer' }) },
    requiredActions: DEFAULT_REQUIRED_ACTIONS,
    accessKeys: async () => [],
  })
  await assert.rejects(judge(envelope), { code: 'unavailable' })
})

test('mail that was signed with an access key goes while the key is there, and needs no role', async (t) => {
  const { fixture, envelope } = await open(t)
  const { directory, resources, roles } = fixture.storage.read
  const keys = [{ keyId: 'access-key:1', octets: new Uint8Array(64) }]
  const judge = createQueuedJudge({
    directory,
    resources,
    roles,
    provider: { recheck: () => Promise.reject(new Error('no directory knows an access key')) },
    requiredActions: DEFAULT_REQUIRED_ACTIONS,
    accessKeys: async () => keys,
  })
  const signed = { ...envelope, principalId: fixture.unknownId, proof: { keyId: 'access-key:1' } }
  const judgeSigned = () => judge(signed)
  assert.deepEqual(await judgeSigned(), { type: 'may send' })
  keys.length = 0
  await fixture.storage.write.audit.append(fixture.change, fixture.tenantId, 'x', 'x', { movesEpoch: true })
  const standing = await judgeSigned()
  assert.match(standing.type === 'may not' ? standing.reason : '', /^the access key access-key:1 is no key of/)
})
