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

testCommands([
  {
    name: 'message list as a table, with where the next page begins',
    line: ['message', 'list', '--limit', '1'],
    routes: {
      'GET /providers/Postern.Mail/messages?limit=1': {
        body: { value: [message], nextLink: `${endpoint}providers/Postern.Mail/messages?limit=1&before=${message.id}` },
      },
    },
    out: /^Queue id .*\n0197c1e2\S+ {2}2031-01-01 00:00:00Z {2}partial {2}2031-01-01 00:05:00Z {2}DoNotReply@example\.test {2}one@example\.test and 1 more {2}Invoice \\u001b\[31m\n\nOlder ones: postern message list --before 0197c1e2\S+\n$/,
  },
  {
    name: 'message list as JSON is what the API said',
    line: ['message', 'list', '--output', 'json'],
    routes: { 'GET /providers/Postern.Mail/messages': { body: { value: [message], extra: true } } },
    out: `${JSON.stringify({ value: [message], extra: true }, undefined, 2)}\n`,
  },
  {
    name: 'message show takes a Message-ID with its brackets',
    line: ['message', 'show', '<id@example.test>'],
    routes: {
      'GET /providers/Postern.Mail/messages/id@example.test': {
        body: {
          ...message,
          timeline: [
            {
              at: '2031-01-01T00:00:00.000Z',
              kind: 'attempt',
              recipient: 'one@example.test',
              status: 'delivered',
              detail: 'captured',
            },
          ],
        },
      },
    },
    out: /Message-ID {3}<id@example\.test>\n[^]*one@example\.test {2}delivered {2}1\n(?:.*\n)*two@example\.test {2}deferred {3}3 {9}2031-01-01 00:05:00Z {2}450 4\.2\.0 later \\u001b\[31m\n[^]*attempt {2}one@example\.test {2}delivered {2}captured\n$/,
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
