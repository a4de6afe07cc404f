// What a door for old devices does otherwise, and that no other does.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitsOf, sessionTraits } from './door-profile.ts'

const MECHANISMS = ['PLAIN', 'LOGIN', 'XOAUTH2']
const LIMITS = {
  recipients: 100,
  size: 1000,
  idle: 300_000,
  idleBeforeAuthentication: 60_000,
  handshake: 15_000,
  contentStall: 180_000,
  sessionAge: 3_600_000,
  messagesPerSession: 1000,
  received: 100,
}

test('a modern door is as configured', () => {
  assert.deepEqual(sessionTraits('modern', MECHANISMS), { mechanisms: MECHANISMS })
  assert.deepEqual(limitsOf('modern', LIMITS), LIMITS)
})

test('a door for old devices offers LOGIN alone, reads LF and waits longer; nothing else is other', () => {
  assert.deepEqual(sessionTraits('legacy', MECHANISMS), { mechanisms: ['LOGIN'], lineEnds: 'normalised' })
  const patient = { handshake: 60_000, idleBeforeAuthentication: 300_000, idle: 900_000, contentStall: 600_000 }
  assert.deepEqual(limitsOf('legacy', LIMITS), { ...LIMITS, ...patient })
})

test('who configured more patience has it everywhere', () => {
  const configured = {
    ...LIMITS,
    handshake: 61_000,
    idleBeforeAuthentication: 301_000,
    idle: 901_000,
    contentStall: 601_000,
  }
  assert.deepEqual(limitsOf('legacy', configured), configured)
})
