// Until when a connection may go on as it is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConnectionState, patienceEnd } from './connection-patience.ts'
import type { SubmissionLimits } from './submission.ts'

const LIMITS = {
  handshake: 15_000,
  contentStall: 180_000,
  idle: 300_000,
  idleBeforeAuthentication: 60_000,
} as SubmissionLimits
const STATE: ConnectionState = {
  stage: 'command',
  now: 1_000_000,
  openedAt: 1_000_000,
  authenticated: true,
  contentStartedAt: 0,
  contentOctets: 0,
  sessionEnd: Infinity,
}

const cases: readonly [name: string, state: Partial<ConnectionState>, end: number][] = [
  ['idle', {}, 1_300_000],
  ['idle, the session ends before', { sessionEnd: 1_200_000 }, 1_200_000],
  ['idle, the session ends later', { sessionEnd: 1_400_000 }, 1_300_000],
  [
    'idle, the session should have ended: no timer that fires at once, again and again',
    { sessionEnd: 1_000_000 },
    1_300_000,
  ],
  ['not signed in', { authenticated: false }, 1_060_000],
  ['not signed in for long', { authenticated: false, openedAt: 730_000 }, 1_030_000],
  ['handshake', { stage: 'handshake' }, 1_015_000],
  ['closing', { stage: 'closing' }, 1_015_000],
  ['content', { stage: 'content', contentStartedAt: 1_000_000, contentOctets: 1_000_000 }, 1_180_000],
  ['slow content', { stage: 'content', contentStartedAt: 970_000, contentOctets: 500 }, 1_001_000],
]
for (const [name, state, end] of cases)
  test(`patience: ${name}`, () => assert.equal(patienceEnd({ ...STATE, ...state }, LIMITS), end))
