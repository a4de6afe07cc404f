import { APP, NOW, PRINCIPAL, SERVICE, endpoint, testCommands } from '../api-stand-in.fixture.ts'

const message = {
  id: '0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e',
  resource: SERVICE,
  applicationId: APP,
  reversePath: 'DoNotReply@example.test',
  recipients: [
    { forwardPath: 'one@example.test', status: 'delivered', attempts: 1 },
    {
      forwardPath: 'two@example.test',
      status: 'deferred',
      attempts: 3,
      nextAttemptAt: '2031-01-01T00:05:00.000Z',
      lastReply: '450 4.2.0 later \u001b[31m',
    },
  ],
  receivedAt: '2031-01-01T00:00:00.000Z',
  size: 4096,
  subject: 'Invoice \u001b[31m',
  internetMessageId: 'id@example.test',
  status: 'partial',
}

const timeline = [
  { at: '2031-01-01T00:00:00.000Z', kind: 'queued', detail: 'from a [192.0.2.1]' },
  {
    at: '2031-01-01T00:05:00.000Z',
    kind: 'final',
    recipient: 'one@example.test',
    status: 'delivered',
    detail: 'captured',
  },
  { at: '2031-01-01T00:05:00.000Z', kind: 'event', status: 'Delivered', detail: 'T', id: 'e1' },
]

const refusal = {
  stage: 'DATA',
  at: NOW,
  outcome: 'rejected',
  reason: 'content-refused',
  reply: '554 5.7.1 no',
  client: { address: '192.0.2.7', name: 'printer' },
  listener: 'submission',
  steps: [{ step: 'content', passed: false, detail: 'spam' }],
  suggestions: [],
}

testCommands([
  {
    name: 'message list as a table, with where the next page begins',
    line: ['message', 'list', '--limit', '1'],
    routes: {
      'GET /providers/Postern.Mail/messages?limit=1': {
        body: { value: [message], nextLink: `${endpoint}providers/Postern.Mail/messages?limit=1&before=${message.id}` },
      },
    },
    out: /^Queue id .*\n0197c1e2\S+ {2}2031-01-01 00:00:00Z {2}0 s {2}partial {2}in 5 min {6}DoNotReply@example\.test {2}one@example\.test and 1 more {2}Invoice \\u001b\[31m\n\nOlder ones: the same with --before 0197c1e2\S+\n$/,
  },
  {
    name: 'message list as JSON is what the API said',
    line: ['message', 'list', '--output', 'json'],
    routes: { 'GET /providers/Postern.Mail/messages': { body: { value: [message], extra: true } } },
    out: `${JSON.stringify({ value: [message], extra: true }, undefined, 2)}\n`,
  },
  {
    name: 'message list with every filter, as the API takes them',
    line: [
      ...[
        'message',
        'list',
        '--sender',
        '<>',
        '--recipient',
        'a@b.test',
        '--message-id',
        '<m@x>',
        '--status',
        'failed',
      ],
      ...['--application', APP, '--since', '2030-12-31', '--until', '2031-01-01T01:00:00+01:00'],
    ],
    routes: {
      [`GET /providers/Postern.Mail/messages?sender=<>&recipient=a@b.test&messageId=<m@x>&status=failed&applicationId=${APP}&since=2030-12-31T00:00:00.000Z&until=2031-01-01T00:00:00.000Z`]:
        { body: { value: [] } },
    },
    out: 'No messages.\n',
  },
  {
    name: 'message list goes on past pages in which nothing fits',
    line: ['message', 'list', '--recipient', 'a@b.test', '--limit', '2', '--output', 'json'],
    routes: {
      'GET /providers/Postern.Mail/messages?recipient=a@b.test&limit=2': {
        body: { value: [message], nextLink: `${endpoint}x?before=1` },
      },
      'GET /providers/Postern.Mail/messages?recipient=a@b.test&limit=1&before=1': {
        body: { value: [], nextLink: `${endpoint}x?before=2` },
      },
      'GET /providers/Postern.Mail/messages?recipient=a@b.test&limit=1&before=2': {
        body: { value: [message], nextLink: `${endpoint}x?before=3` },
      },
    },
    out: `${JSON.stringify({ value: [message, message], nextLink: `${endpoint}x?before=3` }, undefined, 2)}\n`,
  },
  {
    name: 'message list gives up a search that finds nothing, and says where to go on',
    line: ['message', 'list', '--recipient', 'a@b.test'],
    routes: {
      'GET /providers/Postern.Mail/messages?recipient=a@b.test': {
        body: { value: [], nextLink: `${endpoint}x?before=1` },
      },
      'GET /providers/Postern.Mail/messages?recipient=a@b.test&limit=100&before=1': {
        body: { value: [], nextLink: `${endpoint}x?before=1` },
      },
    },
    out: 'No messages.\n\nOlder ones: the same with --before 1\n',
  },
  {
    name: 'message show takes a Message-ID with its brackets, and tells it in order of time',
    line: ['message', 'show', '<id@example.test>'],
    routes: { 'GET /providers/Postern.Mail/messages/id@example.test/timeline': { body: { message, timeline } } },
    out: /Message-ID {3}<id@example\.test>\n[^]*one@example\.test {2}delivered {2}1\n(?:.*\n)*two@example\.test {2}deferred {3}3 {9}in 5 min {6}450 4\.2\.0 later \\u001b\[31m\n[^]*\nWhen {18}After {3}What {4}Detail\n2031-01-01 00:00:00Z {2}\+0 ms {3}queued {2}from a \[192\.0\.2\.1\]\n2031-01-01 00:05:00Z {2}\+5 min {2}final {3}one@example\.test delivered: captured\n2031-01-01 00:05:00Z {2}\+5 min {2}event {3}Delivered: T \(e1\)\n$/,
  },
  {
    name: 'message show of a reference tells the decision, and the message that it names',
    line: ['message', 'show', '[7k3m9qxwzo]'],
    routes: {
      'GET /providers/Postern.Mail/messages/7K3M9QXWZ0/timeline': {
        body: { decision: { reference: '7K3M9QXWZ0', trace: refusal }, message, timeline },
      },
    },
    out: /^7K3M9QXWZ0: Postern refused the message after its content \(content-refused\)\.\n[^]*\nQueue id {5}0197c1e2[^]*\nWhen {18}After/,
  },
  {
    name: 'message show of an operation id that is on several resources names them',
    line: ['message', 'show', APP],
    routes: {
      [`GET /providers/Postern.Mail/messages/${APP}/timeline`]: {
        body: { messages: [message, { ...message, resource: `${SERVICE}2` }], timeline: [] },
      },
    },
    out: /^Queue id .*\n0197c1e2.*\n0197c1e2.*2\n\nThis operation id is on each of these resources: show one by its queue id\.\n$/,
  },
  {
    name: 'message show tells who was told of its events',
    line: ['message', 'show', 'id@example.test'],
    routes: {
      'GET /providers/Postern.Mail/messages/id@example.test/timeline': {
        body: {
          message,
          timeline: [
            {
              at: '2031-01-01T00:00:00Z',
              kind: 'webhook',
              status: 'dead',
              id: 'e1',
              detail: 'monitor: it answers 404',
            },
          ],
        },
      },
    },
    out: /\+0 ms {2}webhook {2}dead: monitor: it answers 404 \(e1\)\n$/,
  },
  {
    name: 'message show of nothing is a mistake',
    line: ['message', 'show', '<>'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /^error: Nothing says which message\.\n/,
  },
  {
    name: 'audit list, with the target last',
    line: ['audit', 'list', '--limit', '1000'],
    routes: {
      'GET /providers/Postern.Mail/auditEvents?limit=1000': {
        body: {
          value: [
            {
              name: '1-0',
              properties: { at: '2031-01-01T00:00:00Z', principalId: PRINCIPAL, operation: 'x/write', target: SERVICE },
            },
          ],
        },
      },
    },
    out: new RegExp(
      `^When {18}Principal {29}Operation {2}Target\n2031-01-01 00:00:00Z {2}${PRINCIPAL} {2}x/write {4}${SERVICE}\n$`,
    ),
  },
  {
    name: 'explain reads a reference as people write it',
    line: ['explain', '[7k3m9qxwzO]'],
    routes: {},
    exitCode: 1,
    asked: [`GET /providers/Postern.Mail/decisions/7K3M9QXWZ0`],
    err: /^error: There is no decision 7K3M9QXWZ0 that this credential may read\.\n/,
  },
  {
    name: 'explain tells what the trace says',
    line: ['explain', '7K3M9QXW2B'],
    routes: {
      'GET /providers/Postern.Mail/decisions/7K3M9QXW2B': {
        body: {
          reference: '7K3M9QXW2B',
          at: '2031-01-01T00:00:00.000Z',
          trace: {
            stage: 'AUTH',
            at: NOW,
            outcome: 'rejected',
            reason: 'wrong-secret',
            reply: '535 5.7.8 Authentication unsuccessful',
            client: { address: '192.0.2.7', name: 'printer' },
            listener: 'submission',
            steps: [{ step: 'credential', passed: false, detail: 'no secret matches' }],
            suggestions: [{ text: 'Compare.', command: `postern ad app credential list --id ${APP}` }],
          },
        },
      },
    },
    out: /^7K3M9QXW2B: Postern refused the login \(wrong-secret\)\.\nIt failed at the step "credential": no secret matches\n[^]*\n {4}postern ad app credential list --id 1111/,
  },
  {
    name: 'communication settings of the quickstart, and never the secret',
    line: ['communication', 'settings'],
    routes: {
      [`GET ${SERVICE}/providers/Postern.Mail/smtpSettings?applicationId=${APP}`]: {
        body: {
          properties: {
            host: 'localhost',
            port: 2587,
            implicitTlsPort: 2465,
            port25: 2525,
            minimumTlsVersion: '1.2',
            usernames: { dot: 'c.a.t', pipe: 'c|a|t' },
            aliases: [{ username: 'printer', applicationId: APP }],
            connectedDomains: ['example.test'],
            senderAddresses: ['DoNotReply@example.test'],
          },
        },
      },
    },
    out: new RegExp(
      '^Server / smart host  localhost\nPort                 2587 with STARTTLS .*\n {21}2525 with .*\n {21}2465 with TLS from the start .*\n' +
        'TLS / StartTLS       required, version 1\\.2 or later\nUser name            c\\.a\\.t\n {21}c\\|a\\|t\n {21}printer\n' +
        `Password             a client secret of application ${APP}\nSender address       DoNotReply@example\\.test\n\n.*--id ${APP} --append\n$`,
    ),
  },
  {
    name: 'communication settings of another service names no application by itself',
    line: ['communication', 'settings', '--name', '/subscriptions/s/other'],
    routes: {},
    exitCode: 1,
    asked: ['GET /subscriptions/s/other/providers/Postern.Mail/smtpSettings'],
  },
  {
    name: 'explain asks nothing for what is no reference',
    line: ['explain', 'hello'],
    routes: {},
    exitCode: 2,
    asked: [],
  },
  {
    name: 'an id is a path and never another host',
    line: ['communication', 'settings', '--name', '//evil.example.test/?x#y'],
    routes: {},
    exitCode: 1,
    asked: ['GET //evil.example.test/?x#y/providers/Postern.Mail/smtpSettings'],
  },
  {
    name: 'a refusal passes the words of the server on',
    line: ['message', 'list'],
    routes: {
      'GET /providers/Postern.Mail/messages': {
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message: 'The client may not.' } },
      },
    },
    exitCode: 1,
    err: /^error: The client may not\. \(AuthorizationFailed\) \[request request-1\]\nSomebody with that right can give it: postern role assignment create --assignee admin /,
  },
  {
    name: 'an answer that is not JSON',
    line: ['message', 'list'],
    routes: { 'GET /providers/Postern.Mail/messages': { text: '<html>' } },
    exitCode: 1,
    err: /answered HTTP 200 without saying why/,
  },
  {
    name: 'an answer of another shape',
    line: ['message', 'list'],
    routes: { 'GET /providers/Postern.Mail/messages': { body: { value: [{}] } } },
    exitCode: 1,
    err: /The answer of the server about messages is not understood\.\n/,
  },
])
