import assert from 'node:assert/strict'
import test from 'node:test'
import type { DecisionTrace } from '../submission/decision-trace.ts'
import { renderTrace, traceSchema } from './explain-text.ts'
import type { Paper } from './table.ts'

const PLAIN: Paper = { width: undefined, bold: (text) => text, tint: (text) => text }
const SCOPE = '/subscriptions/0a/resourceGroups/rg/providers/Microsoft.Communication/communicationServices/contoso'

const missingRole: DecisionTrace = {
  stage: 'AUTH',
  at: Date.UTC(2031, 4, 6, 7, 8, 9),
  outcome: 'rejected',
  reason: 'missing-role',
  reply: '535 5.7.8 Authentication unsuccessful',
  client: { address: '192.0.2.7', name: 'printer.example.test' },
  listener: 'submission',
  mechanism: 'PLAIN',
  username: 'contoso.app.tenant',
  tenantId: 'tenant',
  resourceId: SCOPE,
  applicationId: 'app',
  principalId: 'principal',
  steps: [
    { step: 'username', passed: true, detail: 'resource contoso, application app, tenant tenant' },
    { step: 'access', passed: false, detail: 'two of three actions are missing' },
  ],
  access: {
    scope: SCOPE,
    requiredActions: ['A/read', 'A/write', 'B/write'],
    missingActions: ['A/write', 'B/write'],
    dataAction: 'Postern.Mail/messages/send/action',
    assignments: [
      {
        assignmentName: 'one',
        scope: '/',
        roleName: 'Reader',
        principalId: 'group',
        verdict: 'role has no such action',
      },
      {
        assignmentName: 'two',
        scope: '/subscriptions/0b',
        roleName: 'Contributor',
        principalId: 'principal',
        verdict: 'out of scope',
      },
    ],
  },
  suggestions: [
    { text: 'Assign a role.', command: `postern role assignment create --scope ${SCOPE}` },
    { text: 'Or another.' },
  ],
}

const without = (trace: DecisionTrace, ...keys: (keyof DecisionTrace)[]): DecisionTrace =>
  Object.fromEntries(
    Object.entries(trace).filter(([key]) => !keys.includes(key as keyof DecisionTrace)),
  ) as DecisionTrace

const cases: readonly { name: string; trace: DecisionTrace; shows: readonly RegExp[]; hides?: readonly RegExp[] }[] = [
  {
    name: 'a missing role: the failed step, every role, every missing action and the data action instead',
    trace: missingRole,
    shows: [
      /^7K3M9QXW2B: Postern refused the login \(missing-role\)\.\nIt failed at the step "access": two of three actions are missing\n/,
      /^When {9}2031-05-06 07:08:09Z$/m,
      /^Client {7}192\.0\.2\.7 \(printer\.example\.test\) on submission$/m,
      /^Reply sent {3}535 5\.7\.8 Authentication unsuccessful$/m,
      /^username {2}yes {5}resource contoso/m,
      /^access {4}NO {6}two of three/m,
      /^Role {9}Result {19}Held by {4}Scope$/m,
      /^Reader {7}role has no such action {2}group {6}\/$/m,
      /^Contributor {2}out of scope {13}principal {2}\/subscriptions\/0b$/m,
      /^Missing\n {2}A\/write\n {2}B\/write\n {2}or, instead of all of them, the data action Postern\.Mail\/messages\/send\/action$/m,
      /^What to do, first thing first\n {2}Assign a role\.\n {4}postern role assignment create --scope \/subscriptions\/0a.*\n {2}Or another\.\n$/m,
    ],
  },
  {
    name: 'no role at all is said in words',
    trace: { ...missingRole, access: { ...missingRole.access!, assignments: [], missingActions: ['A/write'] } },
    shows: [/None: the principal and its groups have no role assignment/, /or, instead of it, the data action/],
    hides: [/Held by/],
  },
  {
    name: 'a deny assignment that overrode a grant',
    trace: { ...missingRole, access: { ...missingRole.access!, missingActions: [], deniedBy: 'deny-1' } },
    shows: [/^The deny assignment deny-1 overrides every role\.$/m],
    hides: [/^Missing$/m],
  },
  {
    name: 'a login that named nothing we know',
    trace: {
      ...without(
        missingRole,
        'access',
        'username',
        'tenantId',
        'resourceId',
        'applicationId',
        'principalId',
        'mechanism',
      ),
      reason: 'unknown-username',
      steps: [{ step: 'username', passed: false, detail: '(9 characters, 0 dots, 0 pipes, 0 at signs) is unknown' }],
    },
    shows: [/\(unknown-username\)/],
    hides: [/Roles looked at/, /^Missing$/m, /User name/, /undefined/],
  },
  {
    name: 'unavailable is not a refusal',
    trace: { ...without(missingRole, 'access'), outcome: 'unavailable', reason: 'unavailable', stage: 'MAIL' },
    shows: [/^7K3M9QXW2B: Postern could not decide about the message at MAIL \(unavailable\)\.$/m],
  },
  {
    name: 'what a client chose cannot drive the terminal',
    trace: { ...missingRole, client: { address: '192.0.2.7', name: 'a\u001b]0;x\u0007\r\nb\u202ec' } },
    shows: [/192\.0\.2\.7 \(a\\u001b\]0;x\\u0007\\u000d\\u000ab\\u202ec\)/],
    hides: [/[^\P{Cc}\n]|\u202e/u],
  },
]

for (const { name, trace, shows, hides = [] } of cases)
  test(`explain: ${name}`, () => {
    const text = renderTrace('7K3M9QXW2B', traceSchema.parse(JSON.parse(JSON.stringify(trace))), PLAIN)
    for (const pattern of shows) assert.match(text, pattern)
    for (const pattern of hides) assert.doesNotMatch(text, pattern)
  })
