// What a diagnosis says of a sender under faults on request: refused as at the doors, with the fault by name and the command that clears it;
// and told of what only slows it down or changes how recipients fare.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import type { FaultKind } from '../../resources/fault-kinds.ts'
import type { Fault } from '../../storage/faults.ts'
import { A, AT, change, domain, emailService, senderUsername } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, type Program, putService } from '../http.fixture.ts'

let http: HttpFixture
let administrator: Program
let sender: Program
before(async () => {
  http = await openHttpFixture({
    dependencies: { findFaults: (asked) => http.storage.read.faults.findFaults({ ...asked, at: AT }) },
  })
  const { putResource } = http.storage.write.resources
  const mail = domain(A, 'mail', 'a.example.test')
  await putResource(change(), emailService(A, 'mail'))
  await putResource(change(), mail)
  await putResource(change(), senderUsername(A, 'mail', 'a.example.test', 'donotreply'))
  const service = await putService(http.storage, A, 'one', [mail.id])
  administrator = await http.program(A, POSTERN_ADMINISTRATOR.name)
  sender = await http.program(A, CONTRIBUTOR.name, service.id)
})
after(() => http.close())
afterEach(async () => {
  const { read, write } = http.storage
  for (const { faultId } of await read.faults.listFaults({ tenantId: A.tenantId, at: AT, limit: 10 }))
    await write.faults.deleteFault(change(), A.tenantId, faultId)
})

async function ask(kind: FaultKind, more: Partial<Fault>) {
  const { tenantId, applicationId } = sender
  const made = { faultId: randomUUID(), createdAt: AT, createdBy: 'x', endsAt: AT + 60_000 }
  await http.storage.write.faults.putFault(change(), { tenantId, target: { applicationId }, kind, ...made, ...more })
  const response = await http.request('POST', '/providers/Postern.Mail/diagnoseLogin', {
    token: await http.token(administrator),
    json: { username: ['one', applicationId, tenantId].join('.') },
  })
  type Step = { readonly step: string; readonly passed: boolean; readonly detail: string }
  type Body = { readonly outcome: string; readonly reason: string; readonly steps: readonly Step[] }
  const body = (await response.json()) as Body & { readonly suggestions: readonly { readonly command?: string }[] }
  const told = new RegExp(`a fault on request: ${kind}, ${made.faultId}, until `)
  return { ...body, clear: `postern fault clear --id ${made.faultId}`, told }
}

type Case = { readonly kind: FaultKind; readonly more?: Partial<Fault>; readonly as: readonly [string, string] }

const refusing: readonly Case[] = [
  { kind: 'expired-secret', as: ['refused', 'expired-secret'] },
  { kind: 'missing-role', as: ['refused', 'missing-role'] },
  { kind: 'token-service-down', as: ['unavailable', 'unavailable'] },
  { kind: 'token-service-slow', more: { delay: 60_000 }, as: ['unavailable', 'unavailable'] },
  { kind: 'unverified-domain', as: ['refused', 'sender-domain-not-verified'] },
  { kind: 'throttled', more: { retryAfter: 30 }, as: ['refused', 'quota-resource-messages-per-minute'] },
]

for (const { kind, more = {}, as } of refusing)
  test(`under ${kind}: ${as.join(', ')}`, async () => {
    const { outcome, reason, steps, suggestions, clear, told } = await ask(kind, more)
    assert.deepEqual([outcome, reason], as)
    assert.match(steps.filter(({ passed }) => !passed).at(-1)?.detail ?? '', told)
    assert.deepEqual(
      suggestions.map(({ command }) => command),
      [clear],
    )
  })

const noted: readonly (readonly [FaultKind, Partial<Fault>])[] = [
  ['slow-reply', { delay: 100 }],
  ['recipients', {}],
]

for (const [kind, more] of noted)
  test(`under ${kind} it may send, and is told`, async () => {
    const { outcome, steps, clear, told } = await ask(kind, more)
    assert.equal(outcome, 'may send')
    const { step, passed, detail } = steps.at(-1) ?? assert.fail('no step')
    assert.deepEqual([step, passed], ['fault', true])
    assert.match(detail, told)
    assert.ok(detail.includes(clear))
  })
