import { APP, NOW, PRINCIPAL, SERVICE, endpoint, testCommands } from '../api-stand-in.fixture.ts'

const MAIL = '/providers/Postern.Mail'
const QUEUE = `${MAIL}/queue`
const ID = '0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e'
const OTHER_ID = '0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4f'
const HOLD = '0197c1e2-3f4a-7b5c-8d6e-000000000001'
const ago = (milliseconds: number) => new Date(NOW - milliseconds).toISOString()

const recipients = [
  { forwardPath: 'done@example.test', status: 'delivered', attempts: 1 },
  {
    forwardPath: 'one@example.test',
    status: 'deferred',
    attempts: 3,
    nextAttemptAt: ago(-300_000),
    lastReply: '451 4.7.1 later \u001b[31m',
  },
]
const message = {
  id: ID,
  resource: SERVICE,
  applicationId: APP,
  reversePath: 'DoNotReply@example.test',
  recipients,
  receivedAt: ago(3 * 3_600_000),
  size: 4096,
  subject: 'Invoice',
  internetMessageId: 'id@example.test',
  status: 'queued',
  state: 'waiting',
  nextAttemptAt: ago(-300_000),
}
const held = { ...message, id: OTHER_ID, state: 'held', reversePath: '', nextAttemptAt: undefined }
const group = {
  applicationId: APP,
  destination: 'example.test',
  messages: 2,
  recipients: 3,
  held: 1,
  oldestAt: ago(120_000),
}
const groups = { messages: 1200, isComplete: true, value: [group] }
const hold = {
  id: HOLD,
  selection: { applicationId: APP },
  reason: 'incident',
  createdAt: ago(90_000),
  createdBy: PRINCIPAL,
}
const manyIds = Array.from({ length: 51 }, (_, count) => `id-${count}`)

testCommands([
  {
    name: 'queue list shows ages, next attempts and last replies, and where the next page begins',
    line: ['queue', 'list', '--limit', '2', '--destination', 'example.test', '--state', 'waiting'],
    routes: {
      [`GET ${QUEUE}?destination=example.test&state=waiting&limit=2`]: {
        body: { value: [message, held], nextLink: `${endpoint}providers/Postern.Mail/queue?limit=2&before=${ID}` },
      },
    },
    out: /^Queue id .*\n0197c1e2\S+ {2}3 h {2}waiting {2}in 5 min +DoNotReply@example\.test {2}one@example\.test {2}3 +451 4\.7\.1 later \\u001b\[31m\n0197c1e2\S+ {2}3 h {2}held +<> .*\n\nOlder ones: the same with --before 0197c1e2\S+\n$/,
  },
  {
    name: 'queue list of nothing',
    line: ['queue', 'list', '--sender', '<>'],
    routes: { [`GET ${QUEUE}?sender=<>`]: { body: { value: [] } } },
    out: 'Nothing waits here.\n',
  },
  {
    name: 'queue list --state of another kind is a mistake',
    line: ['queue', 'list', '--state', 'lost'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /Allowed choices are waiting, active, held/,
  },
  {
    name: 'queue summary counts by application and destination',
    line: ['queue', 'summary', '--application', APP],
    routes: { [`GET ${QUEUE}Groups?applicationId=${APP}`]: { body: { ...groups, isComplete: false } } },
    out: new RegExp(
      `^Application .*\\n${APP} {2}example\\.test {2}2 +3 +1 +2 min\\n\\n1200 messages in the queue; the counts above are of the oldest ones alone\\.\\n$`,
    ),
  },
  {
    name: 'queue show tells what stops a message, and how to let it go',
    line: ['queue', 'show', OTHER_ID],
    routes: { [`GET ${QUEUE}/${OTHER_ID}`]: { body: { ...held, holds: [hold] } } },
    out: new RegExp(
      `State {8}held\\n[^]*From {9}<>\\n[^]*one@example\\.test +deferred +3 +in 5 min +451 4\\.7\\.1 later \\\\u001b\\[31m\\n\\n` +
        `Held with mail of application ${APP} \\(incident\\)\\. Let go: postern queue release --hold ${HOLD}\\nEvery attempt: postern message show ${OTHER_ID}\\n$`,
    ),
  },
  {
    name: 'queue hold of an application says how much waits, and how to let it go',
    line: ['queue', 'hold', '--application', APP, '--reason', 'incident'],
    routes: {
      [`POST ${QUEUE}/hold`]: { body: { value: [hold], missing: [] } },
      [`GET ${QUEUE}Groups?applicationId=${APP}`]: { body: { ...groups, messages: 1 } },
    },
    bodies: [{ applicationId: APP, reason: 'incident' }, undefined],
    out: `Held mail of application ${APP}. Waiting there now: 1 message. Let go: postern queue release --hold ${HOLD}\n`,
  },
  {
    name: 'queue hold of messages tells which are not there',
    line: ['queue', 'hold', '--id', ID, OTHER_ID],
    routes: { [`POST ${QUEUE}/hold`]: { body: { value: [{ ...hold, selection: { id: ID } }], missing: [OTHER_ID] } } },
    bodies: [{ ids: [ID, OTHER_ID] }],
    out: `Held message ${ID}. Let go: postern queue release --hold ${HOLD}\nNot in the queue: ${OTHER_ID}\n`,
  },
  {
    name: 'queue hold of what is not there fails',
    line: ['queue', 'hold', '--id', ID],
    routes: { [`POST ${QUEUE}/hold`]: { body: { value: [], missing: [ID] } } },
    exitCode: 1,
    err: /^error: None of these messages is in the queue\.\n/,
  },
  {
    name: 'queue hold --all wants a word more',
    line: ['queue', 'hold', '--all'],
    routes: { [`GET ${QUEUE}Groups`]: { body: groups } },
    asked: [`GET ${QUEUE}Groups`],
    exitCode: 2,
    err: /^error: This stops 1200 messages\.\nGive --yes when that is meant\.\n/,
  },
  {
    name: 'queue hold --all --yes',
    line: ['queue', 'hold', '--all', '--yes', '--output', 'json'],
    routes: {
      [`POST ${QUEUE}/hold`]: { body: { value: [{ ...hold, selection: {} }], missing: [] } },
      [`GET ${QUEUE}Groups`]: { body: groups },
    },
    bodies: [{ everything: true }, undefined],
    out: /"selection": \{\}/,
  },
  {
    name: 'queue holds',
    line: ['queue', 'holds'],
    routes: {
      [`GET ${MAIL}/holds?limit=1000`]: {
        body: {
          value: [
            { ...hold, parked: 1000 },
            { ...hold, selection: {}, parked: 0 },
          ],
        },
      },
    },
    out: new RegExp(
      `^Hold .*\\n${HOLD} {2}mail of application ${APP} {2}1000 or more {2}1 min {2}${PRINCIPAL} {2}incident\\n${HOLD} {2}everything +0 .*\\n$`,
    ),
  },
  {
    name: 'queue release --hold',
    line: ['queue', 'release', '--hold', HOLD],
    routes: { [`DELETE ${MAIL}/holds/${HOLD}`]: { status: 204 } },
    out: `Released hold ${HOLD}: what waited for it is due at once.\n`,
  },
  {
    name: 'queue release by what a hold stops',
    line: ['queue', 'release', '--application', APP],
    routes: {
      [`GET ${MAIL}/holds?applicationId=${APP}&limit=1000`]: { body: { value: [{ ...hold, parked: 1 }] } },
      [`DELETE ${MAIL}/holds/${HOLD}`]: { status: 204 },
    },
    out: `Released mail of application ${APP} (hold ${HOLD}): what waited for it is due at once.\n`,
  },
  {
    name: 'queue release of what no hold stops fails',
    line: ['queue', 'release', '--all'],
    routes: { [`GET ${MAIL}/holds?everything=true&limit=1000`]: { body: { value: [] } } },
    exitCode: 1,
    err: /^error: No hold stops exactly everything\.\npostern queue holds/,
  },
  {
    name: 'queue release of both is a mistake',
    line: ['queue', 'release', '--hold', HOLD, '--all'],
    routes: {},
    asked: [],
    exitCode: 2,
  },
  {
    name: 'queue retry goes on to the end of the queue',
    line: ['queue', 'retry', '--destination', 'example.test'],
    routes: {
      [`POST ${QUEUE}/retry`]: [
        { body: { value: [{ id: ID, outcome: 'due' }], next: ID } },
        { body: { value: ['held', 'active', 'missing'].map((outcome) => ({ id: OTHER_ID, outcome })) } },
      ],
    },
    bodies: [{ destination: 'example.test' }, { destination: 'example.test', before: ID }],
    out: '1 message due at once.\n1 message held all the same: postern queue holds\n1 message being tried just now.\n1 message not in the queue.\n',
  },
  {
    name: 'queue retry of many ids asks in pieces',
    line: ['queue', 'retry', '--id', ...manyIds],
    routes: { [`POST ${QUEUE}/retry`]: { body: { value: [{ id: ID, outcome: 'due' }] } } },
    bodies: [{ ids: manyIds.slice(0, 50) }, { ids: ['id-50'] }],
    out: '2 messages due at once.\n',
  },
  {
    name: 'queue delete of one message',
    line: ['queue', 'delete', '--id', ID, '--report'],
    routes: { [`POST ${QUEUE}/delete`]: { body: { value: [{ id: ID, outcome: 'deleted' }] } } },
    bodies: [{ ids: [ID], report: true }],
    out: '1 message deleted.\n',
  },
  {
    name: 'queue delete says what was delivered meanwhile',
    line: ['queue', 'delete', '--all', '--yes'],
    routes: {
      [`POST ${QUEUE}/delete`]: {
        body: { value: ['deleted', 'changed', 'missing'].map((outcome) => ({ id: ID, outcome })) },
      },
    },
    bodies: [{ everything: true }],
    out: '1 message deleted.\n1 message delivered in part just then and not deleted: try again.\n1 message not in the queue.\n',
  },
  {
    name: 'queue delete of what is not there fails',
    line: ['queue', 'delete', '--id', ID],
    routes: { [`POST ${QUEUE}/delete`]: { body: { value: [{ id: ID, outcome: 'missing' }] } } },
    exitCode: 1,
    err: /^error: None of these messages is in the queue\.\n/,
  },
  ...(
    [
      [['--id', ID, OTHER_ID], [], 'This deletes 2 messages.'],
      [['--sender', 'a@x.test'], [`GET ${QUEUE}Groups?sender=a@x.test`], 'This deletes 1200 messages.'],
      [['--all'], [`GET ${QUEUE}Groups`], 'This deletes 1200 messages.'],
    ] as const
  ).map(([flags, asked, what]) => ({
    name: `queue delete ${flags.join(' ')} says how much that is and wants a word more`,
    line: ['queue', 'delete', ...flags],
    routes: Object.fromEntries(asked.map((line) => [line, { body: groups }])),
    asked: [...asked],
    exitCode: 2,
    err: new RegExp(`^error: ${what.replace('.', '\\.')}\nGive --yes when that is meant\\.\n`),
  })),
  {
    name: 'queue delete that fails on its way says what was done',
    line: ['queue', 'delete', '--all', '--yes'],
    routes: {
      [`POST ${QUEUE}/delete`]: [
        { body: { value: [{ id: ID, outcome: 'deleted' }], next: ID } },
        { status: 503, body: { error: { code: 'ServiceUnavailable', message: 'Not now.' } } },
      ],
    },
    exitCode: 1,
    err: /^error: Not now\. .*\nDone before that \(delete\): 1 message\.\n/,
  },
  ...['hold', 'release', 'retry', 'delete'].flatMap((verb) =>
    [[], ['--all', '--sender', 'a@x.test'], ['--id', ID, '--application', APP]].map((flags) => ({
      name: `queue ${verb} ${flags.join(' ')} is a mistake`,
      line: ['queue', verb, ...flags],
      routes: {},
      asked: [],
      exitCode: 2,
      err: /^error: It takes --id, or any of --application, --sender and --destination, or else --all\.\n/,
    })),
  ),
  {
    name: 'queue destinations',
    line: ['queue', 'destinations'],
    routes: {
      [`GET ${MAIL}/destinations`]: {
        body: {
          value: [
            {
              destination: 'example.test',
              window: 4,
              connections: 1,
              failures: 2,
              pausedUntil: ago(-60_000),
              lastReply: '421 busy',
              updatedAt: ago(5000),
            },
          ],
        },
      },
    },
    out: /^Destination .*\nexample\.test {2}1 of 4 +2 +in 1 min +5 s ago +421 busy\n$/,
  },
])

const suppression = {
  address: 'gone@example.test',
  reason: 'hard bounce',
  detail: '550 5.1.1 gone',
  messageId: ID,
  createdAt: ago(60_000),
  expiresAt: ago(-3 * 86_400_000),
  bounces: 2,
}
const SUPPRESSION = `${MAIL}/suppressions/gone@example.test`

testCommands([
  {
    name: 'suppression list, with where the next page begins',
    line: ['suppression', 'list', '--limit', '2'],
    routes: {
      [`GET ${MAIL}/suppressions?limit=2`]: {
        body: {
          value: [
            suppression,
            { ...suppression, reason: 'operator', bounces: 0, expiresAt: undefined, messageId: undefined },
          ],
          nextLink: `${endpoint}providers/Postern.Mail/suppressions?limit=2&after=gone%40example.test`,
        },
      },
    },
    out: /^Address .*\ngone@example\.test {2}hard bounce, 2 in a row {2}2030-12-31 23:59:00Z {2}in 3 d +0197\S+ +550 5\.1\.1 gone\ngone@example\.test {2}operator +\S+ \S+ +when removed .*\n\nMore: postern suppression list --after gone@example\.test\n$/,
  },
  {
    name: 'suppression add for a while',
    line: ['suppression', 'add', '--address', 'gone@example.test', '--reason', 'left', '--for', '1d'],
    routes: { [`PUT ${SUPPRESSION}`]: { status: 201, body: suppression } },
    bodies: [{ detail: 'left', expiresAt: ago(-86_400_000) }],
    out: 'Suppressed gone@example.test. Undo: postern suppression remove --address gone@example.test\n',
  },
  {
    name: 'suppression remove',
    line: ['suppression', 'remove', '--address', 'gone@example.test'],
    routes: { [`DELETE ${SUPPRESSION}`]: { status: 200 } },
    out: 'Mail goes to gone@example.test again.\n',
  },
  {
    name: 'suppression remove of what is not suppressed fails',
    line: ['suppression', 'remove', '--address', 'gone@example.test'],
    routes: { [`DELETE ${SUPPRESSION}`]: { status: 204 } },
    exitCode: 1,
    err: /^error: gone@example\.test is not suppressed\.\n/,
  },
])
