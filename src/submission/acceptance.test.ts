// What is kept of why a message was accepted: enough to tell it later, never more than its bound, and nothing secret.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SendDecision } from '../access/access.ts'
import { LARGEST_ACCEPTANCE } from '../spool/acceptance.ts'
import { acceptanceOf, grantOf } from './acceptance.ts'
import type { Sender } from './sender.ts'

const considered = (assignmentName: string, verdict: 'granted' | 'out of scope', principalId = 'me') => ({
  assignmentName,
  scope: `/scope/of/${assignmentName}`,
  roleName: `Role ${assignmentName}`,
  principalId,
  verdict,
})

const decisionOf = (...all: readonly ReturnType<typeof considered>[]): SendDecision => ({
  allowed: true,
  via: 'actions',
  missingActions: [],
  dataAction: 'd',
  decisions: ['a', 'b'].map((action) => ({ allowed: true, action, kind: 'control', scope: '/', considered: all })),
})

test('what granted the right is named once for all actions, and through which group', () => {
  const decision = decisionOf(
    considered('1', 'out of scope'),
    considered('2', 'granted'),
    considered('3', 'granted', 'group'),
  )
  assert.deepEqual(grantOf(decision, 'me'), {
    via: 'actions',
    roles: [
      { role: 'Role 2', scope: '/scope/of/2' },
      { role: 'Role 3', scope: '/scope/of/3', group: 'group' },
    ],
  })
})

test('two of many assignments are named', () => {
  const many = Array.from({ length: 9 }, (_, index) => considered(`${index}`, 'granted'))
  assert.equal(grantOf(decisionOf(...many), 'me').roles.length, 2)
})

const senderWith = (username: string): Sender =>
  ({
    peer: { address: '192.0.2.1', listener: 'submission', tls: 'TLSv1.3 X' },
    clientName: 'printer',
    clientSecret: Buffer.from('CANARY-secret'),
    login: { at: 1, method: 'PLAIN' },
    verdict: { username, credential: { accessToken: { octets: Buffer.from('CANARY-token') } } },
  }) as unknown as Sender

const mailbox = (localPart: string) => ({ localPart, domain: 'contoso.test' })

test('the walk in a few words, without its secrets', () => {
  const named = mailbox('a')
  assert.deepEqual(acceptanceOf(senderWith('fax'), { named, reversePath: named }), {
    listener: 'submission',
    tls: 'TLSv1.3 X',
    username: 'fax',
    login: { at: 1, method: 'PLAIN' },
  })
})

const replacements: readonly (readonly [name: string, named: ReturnType<typeof mailbox> | undefined, shown: string])[] =
  [
    ['another address', mailbox('scanner'), 'scanner@contoso.test'],
    ['nobody', undefined, '<>'],
  ]
for (const [name, named, shown] of replacements)
  test(`the default in the place of ${name} is told`, () =>
    assert.equal(acceptanceOf(senderWith('fax'), { named, reversePath: mailbox('a') }).replaced, shown))

test('an unavailable check that lets mail through is told as that', () => {
  const named = mailbox('a')
  const finding = { type: 'unavailable', detail: 'it answers 503' } as const
  assert.deepEqual(acceptanceOf(senderWith('fax'), { named, reversePath: named, finding }).contentCheck, finding)
})

test('whatever it is made of, it stays within its bound', () => {
  for (const piece of ['x', 'ü', '\u{1f4e7}', '"']) {
    const long = piece.repeat(2000)
    const roles = Array.from({ length: 2 }, () => ({ role: long, scope: long, group: long }))
    const sender = senderWith(long)
    sender.verdict = { ...sender.verdict, grant: { via: 'actions', roles } }
    const acceptance = acceptanceOf(
      { ...sender, peer: { ...sender.peer, listener: long, tls: long }, login: { at: 1, method: long } },
      { named: mailbox(long), reversePath: mailbox('a'), finding: { type: 'accepted', detail: long } },
    )
    const size = Buffer.byteLength(JSON.stringify(acceptance))
    assert.ok(size <= LARGEST_ACCEPTANCE, `${piece}: ${size}`)
    assert.ok(acceptance.username.startsWith(piece))
  }
})
