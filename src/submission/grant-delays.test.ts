// What is granted counts once it is old enough, to the millisecond; what is taken away counts at once; and a refusal that only time is
// missing for says so.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import { CONTRIBUTOR } from '../access/built-in-roles.ts'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { SMTP_USERNAMES } from '../resources/resource-types.ts'
import { suggestFor } from './suggestions.ts'
import { evaluateLogin, type Evaluation, renewVerdict } from './verdict.ts'

const [ROLE, USERNAME] = [60_000, 90_000]
const ALIAS = 'a-new-printer'

let fixture: SubmissionFixture
let clock: ManualClock
before(async () => {
  fixture = await openSubmissionFixture()
  await putAlias()
})
after(() => fixture.close())
beforeEach(() => {
  clock = new ManualClock(fixture.now)
})

/** Beside the one of the fixture, and made at the moment of everything else there. */
async function putAlias(): Promise<void> {
  const { storage, serviceId, sender, tenantId, now } = fixture
  const [other] = await storage.read.resources.listResources({ tenantId, type: SMTP_USERNAMES })
  assert.ok(other !== undefined)
  await storage.write.resources.putResource(fixture.change, {
    ...other,
    id: `${serviceId}/smtpUsernames/${ALIAS}`,
    name: ALIAS,
    properties: { username: ALIAS, entraApplicationId: sender.applicationId, tenantId },
    systemData: { ...other.systemData, createdAt: new Date(now).toISOString() },
  })
}

const service = () =>
  ({
    ...fixture.storage.read,
    options: { requiredActions: DEFAULT_REQUIRED_ACTIONS },
    provider: fixture.provider(fixture.storage.read.directory),
    grantDelays: { roleAssignment: ROLE, smtpUsername: USERNAME, clock },
    clock,
  }) as unknown as Parameters<typeof evaluateLogin>[0]

const logIn = (username = fixture.username({}), secret = fixture.secret): Promise<Evaluation> =>
  evaluateLogin(service(), { username, at: clock.now(), clientSecret: Buffer.from(secret) })

const reasonOf = (evaluation: Evaluation) => (evaluation.type === 'granted' ? 'granted' : evaluation.reason)

const cases: readonly { name: string; username?: () => string; age: number; expected: string; told?: RegExp }[] = [
  { name: 'a role assignment of this moment', age: 0, expected: 'missing-role', told: /\(Contributor\) is 0 s old/ },
  {
    name: 'one a little too new',
    age: ROLE - 1,
    expected: 'missing-role',
    told: /is 59 s old and holds from \S+:01:00/,
  },
  { name: 'one just old enough', age: ROLE, expected: 'granted' },
  {
    name: 'a user name a little too new',
    username: () => ALIAS,
    age: USERNAME - 1,
    expected: 'unknown-username',
    told: /the SMTP username is 89 s old and holds from \S+:01:30\.000Z on \(compatibility: azure, azure\.usernameDelay\)/,
  },
  { name: 'a user name just old enough', username: () => ALIAS, age: USERNAME, expected: 'granted' },
]

for (const { name, username, age, expected, told } of cases)
  test(name, async () => {
    clock.advance(age)
    const evaluation = await logIn(username?.())
    assert.equal(reasonOf(evaluation), expected)
    if (evaluation.type === 'granted' || told === undefined) return
    assert.match(evaluation.steps.at(-1)?.detail ?? '', told)
    assert.deepEqual(
      evaluation.steps.filter(({ passed }) => !passed),
      evaluation.steps.slice(-1),
    )
    const [suggestion] = suggestFor(evaluation)
    const from = new Date(fixture.now + (expected === 'missing-role' ? ROLE : USERNAME)).toISOString()
    assert.ok(suggestion?.text.includes(`holds from ${from} on`), suggestion?.text ?? '')
    if (expected === 'missing-role')
      assert.deepEqual(
        evaluation.access?.assignments.map(({ verdict }) => verdict),
        ['not in effect yet'],
      )
  })

test('what is refused anyway is refused for its own reason', async () => {
  const { rolelessApplicationId: application, tenantId: tenant, rolelessSecret } = fixture
  const roleless = await logIn(fixture.username({ application, tenant }), rolelessSecret)
  assert.deepEqual([reasonOf(roleless), roleless.type !== 'granted' && roleless.tooNew], ['missing-role', undefined])
  assert.equal(reasonOf(await logIn(fixture.username({}), 'not the secret')), 'wrong-secret')
})

test('an assignment that counts is joined by a new one, and taken away at once', async () => {
  clock.advance(ROLE)
  const first = await logIn()
  assert.ok(first.type === 'granted')
  const { tenantId, sender } = fixture
  const { roles } = fixture.storage.write
  const change = { ...fixture.change, at: clock.now() }
  const [one] = (await fixture.storage.read.roles.listRoleAssignments(tenantId)).filter(
    ({ name }) => name === sender.assignmentName,
  )
  assert.ok(one !== undefined)
  const { stamp: _, ...assignment } = one
  const other = { ...assignment, name: randomUUID(), scope: fixture.serviceId, roleDefinitionName: CONTRIBUTOR.name }
  await roles.putRoleAssignment(change, tenantId, other)
  const second = await renewVerdict(service(), first.verdict)
  assert.ok(second.type === 'granted')
  await roles.deleteRoleAssignment(change, tenantId, assignment.name)
  const third = await renewVerdict(service(), second.verdict)
  assert.equal(reasonOf(third), 'missing-role')
  assert.match(third.type === 'granted' ? '' : (third.steps.at(-1)?.detail ?? ''), new RegExp(other.name))
  clock.advance(ROLE)
  assert.equal(reasonOf(await logIn()), 'granted')
  await roles.deleteRoleAssignment(change, tenantId, other.name)
  await roles.putRoleAssignment(fixture.change, tenantId, assignment)
})
