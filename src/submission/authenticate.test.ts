import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { countCalls } from '../../test/fixtures/counting.ts'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import { authenticate, type LoginOutcome } from './authenticate.ts'
import type { DecisionTrace } from './decision-trace.ts'
import type { SubmissionService } from './submission.ts'

const CONTEXT = {
  peer: { address: '192.0.2.7', listener: 'submission' },
  clientName: 'device.example.test',
  mechanism: 'PLAIN',
  waitUntil: async () => 'over' as const,
}

type Attempt = { readonly username: string; readonly secret: string; readonly authorizationIdentity?: string }

/** A service whose reads are counted and whose traces are kept. */
async function open() {
  const fixture = await openSubmissionFixture()
  const clock = new ManualClock(fixture.now)
  const directory = countCalls(fixture.storage.read.directory)
  const resources = countCalls(fixture.storage.read.resources)
  const roles = countCalls(fixture.storage.read.roles)
  const traces: DecisionTrace[] = []
  const service = {
    options: { rejectAfter: 1000, requiredActions: DEFAULT_REQUIRED_ACTIONS },
    directory: directory.port,
    resources: resources.port,
    roles: roles.port,
    provider: fixture.provider(directory.port),
    loginLimits: fixture.loginLimits(() => clock.now()),
    decisions: {
      record: async (trace: DecisionTrace) => {
        traces.push(trace)
        return 'REFERENCE0'
      },
    },
    clock,
    counters: { authentication: () => {}, loginDelayed: () => {} },
    uses: { mark: () => {} },
  } as unknown as SubmissionService
  const work = () => ({ ...directory.calls, ...resources.calls, ...roles.calls })
  const attempt = ({ username, secret, authorizationIdentity = '' }: Attempt) =>
    authenticate(
      service,
      CONTEXT,
      { type: 'secret', authenticationIdentity: username, authorizationIdentity, password: Buffer.from(secret) },
      clock.now(),
    )
  return { fixture, service, clock, traces, work, attempt }
}

const cases: readonly { name: string; reason: string; attempt: (fixture: SubmissionFixture) => Attempt }[] = [
  {
    name: 'unknown resource',
    reason: 'unknown-resource',
    attempt: (f) => ({ username: f.username({ resource: 'nobody' }), secret: f.secret }),
  },
  {
    name: 'unknown application',
    reason: 'unknown-application',
    attempt: (f) => ({ username: f.username({ application: f.unknownId }), secret: f.secret }),
  },
  {
    name: 'tenant that is not the resource’s',
    reason: 'tenant-mismatch',
    attempt: (f) => ({ username: f.username({ tenant: f.otherTenantId }), secret: f.secret }),
  },
  {
    name: 'unknown tenant',
    reason: 'tenant-mismatch',
    attempt: (f) => ({ username: f.username({ tenant: f.unknownId }), secret: f.secret }),
  },
  {
    name: 'wrong secret',
    reason: 'wrong-secret',
    attempt: (f) => ({ username: f.username({}), secret: 'not the secret' }),
  },
  {
    name: 'expired secret',
    reason: 'expired-secret',
    attempt: (f) => ({ username: f.username({}), secret: f.expiredSecret }),
  },
  {
    name: 'secret of the future',
    reason: 'secret-not-yet-valid',
    attempt: (f) => ({ username: f.username({}), secret: f.futureSecret }),
  },
  {
    name: 'disabled application',
    reason: 'application-disabled',
    attempt: (f) => ({ username: f.username({ application: f.disabledApplicationId }), secret: f.disabledSecret }),
  },
  {
    name: 'missing role',
    reason: 'missing-role',
    attempt: (f) => ({ username: f.username({ application: f.rolelessApplicationId }), secret: f.rolelessSecret }),
  },
]

for (const one of cases) {
  test(`${one.name}: the same 535 at the same moment, and a trace that says why`, async () => {
    const { fixture, traces, attempt, clock } = await open()
    const outcome = await attempt(one.attempt(fixture))
    assert.equal(outcome.type, 'refused')
    assert.deepEqual(outcome.reply, {
      code: 535,
      enhancedStatusCode: '5.7.8',
      lines: ['Authentication unsuccessful [REFERENCE0]'],
    })
    assert.equal(outcome.notBefore, clock.now() + 1000)
    assert.equal(traces[0]?.reason, one.reason)
    assert.ok((traces[0]?.suggestions.length ?? 0) > 0)
    await fixture.close()
  })
}

test('every refusal costs the store the same reads', async () => {
  const reads: Record<string, unknown> = {}
  for (const one of cases) {
    const { fixture, work, attempt } = await open()
    await attempt(one.attempt(fixture))
    reads[one.name] = work()
    await fixture.close()
  }
  const first = { findCommunicationService: 1, readEpoch: 1, readLogin: 1, readAccessFacts: 1 }
  assert.deepEqual(reads, Object.fromEntries(cases.map(({ name }) => [name, first])))
})

test('a right login costs the same reads and gives a verdict with the tenant’s epoch and the secret’s end', async () => {
  const { fixture, work, attempt } = await open()
  const outcome = await attempt({ username: fixture.username({}), secret: fixture.secret })
  assert.equal(outcome.type, 'authenticated')
  assert.equal(outcome.verdict.credential.notAfter, fixture.secretEndsAt)
  assert.equal(outcome.verdict.epoch, await fixture.storage.read.directory.readEpoch(fixture.tenantId))
  const first = { findCommunicationService: 1, readEpoch: 2, readLogin: 1, readAccessFacts: 1 }
  assert.deepEqual({ ...work(), readEpoch: 2 }, first)
  await fixture.close()
})

test('an alias leads to the same principal, in any case, and an unknown one is refused with only its shape in the trace', async () => {
  const { fixture, attempt, traces } = await open()
  const types: LoginOutcome['type'][] = []
  for (const username of [fixture.alias, fixture.alias.toUpperCase(), fixture.username({}).toUpperCase()])
    types.push((await attempt({ username, secret: fixture.secret })).type)
  assert.deepEqual(types, ['authenticated', 'authenticated', 'authenticated'])
  await attempt({ username: 'Pasted~Secret.in.the.wrong.field', secret: 'x' })
  assert.equal(traces[0]?.reason, 'unknown-username')
  assert.ok(!JSON.stringify(traces).includes('Pasted'))
  await fixture.close()
})

test('an authorization identity must be empty or the user name itself', async () => {
  const { fixture, attempt, traces } = await open()
  const username = fixture.username({})
  const own = await attempt({ username, secret: fixture.secret, authorizationIdentity: username })
  const other = await attempt({ username, secret: fixture.secret, authorizationIdentity: 'somebody' })
  assert.deepEqual([own.type, other.type], ['authenticated', 'refused'])
  assert.equal(traces[0]?.reason, 'authorization-identity-mismatch')
  await fixture.close()
})

test('a login that is right and finds no room ends the session, and is explained', async () => {
  const { fixture, service, traces, clock } = await open()
  const asked: string[] = []
  const takePlace = (resourceId: string) => {
    asked.push(resourceId)
    return false
  }
  const login = { type: 'secret', authenticationIdentity: fixture.username({}), authorizationIdentity: '' } as const
  const attempt = (secret: string) =>
    authenticate(service, { ...CONTEXT, takePlace }, { ...login, password: Buffer.from(secret) }, clock.now())
  assert.equal((await attempt('not the secret')).reply.code, 535)
  assert.deepEqual(asked, [])
  const outcome = await attempt(fixture.secret)
  assert.deepEqual([outcome.type, outcome.reply.code, outcome.reply.enhancedStatusCode], ['closed', 421, '4.3.2'])
  assert.deepEqual(asked, [fixture.serviceId])
  const { reason, reply, steps, applicationId } = traces.at(-1) ?? assert.fail('no trace')
  assert.deepEqual([reason, reply, applicationId], ['too-many-sessions', '421 4.3.2', fixture.sender.applicationId])
  assert.deepEqual(
    steps.filter(({ passed }) => !passed).map(({ step }) => step),
    ['limits'],
  )
  await fixture.close()
})

test('a store that does not answer is 454 at once, never 535', async () => {
  const { fixture, service } = await open()
  const broken = { ...service, roles: { readAccessFacts: () => Promise.reject(new Error('disk I/O error')) } }
  const outcome = await authenticate(
    broken as unknown as SubmissionService,
    CONTEXT,
    {
      type: 'secret',
      authenticationIdentity: fixture.username({}),
      authorizationIdentity: '',
      password: Buffer.from(fixture.secret),
    },
    0,
  )
  assert.equal(outcome.reply.code, 454)
  assert.equal(outcome.reply.enhancedStatusCode, '4.7.0')
  await fixture.close()
})

test('the password is zeroed, whatever the outcome', async () => {
  const { fixture, service } = await open()
  for (const secret of [fixture.secret, randomBytes(20).toString('hex')]) {
    const password = Buffer.from(secret)
    await authenticate(
      service,
      CONTEXT,
      { type: 'secret', authenticationIdentity: fixture.username({}), authorizationIdentity: '', password },
      0,
    )
    assert.ok(password.every((octet) => octet === 0))
  }
  await fixture.close()
})

test('the trace of a missing role names every missing action, the data action, and the roles that were looked at', async () => {
  const { fixture, attempt, traces } = await open()
  await attempt({
    username: fixture.username({ application: fixture.rolelessApplicationId }),
    secret: fixture.rolelessSecret,
  })
  const access = traces[0]?.access
  assert.deepEqual(access?.missingActions, [
    'Microsoft.Communication/CommunicationServices/Write',
    'Microsoft.Communication/EmailServices/write',
  ])
  assert.equal(access?.dataAction, 'Postern.Mail/messages/send/action')
  assert.ok(access?.assignments.some((one) => one.roleName === 'Reader'))
  await fixture.close()
})
