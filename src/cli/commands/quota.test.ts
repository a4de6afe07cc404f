import { APP, SERVICE, testCommands } from '../api-stand-in.fixture.ts'

const QUOTAS = '/providers/Postern.Mail/quotas'
const PATH = `/providers/Postern.Mail/applications/${APP}/quotas/default`
const ON_SERVICE = `${SERVICE}/providers/Postern.Mail/quotas/default`
const application = {
  [`GET /v1.0/applications(appId='${APP}')`]: {
    body: { id: 'o', appId: APP, displayName: 'Scanner', passwordCredentials: [] },
  },
}

const properties = {
  kind: 'application',
  subject: APP,
  origin: 'api',
  limits: { messages: { day: 30 }, recipients: {} },
  usage: [
    {
      name: 'application-messages-per-day',
      unit: 'messages',
      window: 'day',
      limit: 30,
      used: 12,
      remaining: 18,
      resetsAt: '2031-01-01T05:00:00.000Z',
    },
  ],
}
const quota = { id: PATH, name: 'default', type: 'Postern.Mail/applications/quotas', properties }
const unlimited = { ...quota, properties: { ...properties, limits: { messages: {}, recipients: {} }, usage: [] } }

testCommands([
  {
    name: 'quota list shows what is left',
    line: ['quota', 'list', '--limit', '1'],
    routes: {
      [`GET ${QUOTAS}?limit=1`]: {
        body: {
          value: [quota],
          nextLink: `https://localhost/providers/Postern.Mail/quotas?limit=1&after=application%3Aa`,
        },
      },
    },
    out: new RegExp(
      `^Of .*\\napplication ${APP} +30 messages per day +12 +18 +in 5 h *\\n\\nMore: postern quota list --after application:a\\n$`,
    ),
  },
  {
    name: 'quota list of nothing',
    line: ['quota', 'list'],
    routes: { [`GET ${QUOTAS}`]: { body: { value: [] } } },
    out: 'No quota is set. Set one: postern quota set --help\n',
  },
  {
    name: 'quota show of what the configuration limits',
    line: ['quota', 'show', '--application', APP],
    routes: {
      ...application,
      [`GET ${PATH}`]: { body: { ...quota, properties: { ...properties, origin: 'configuration' } } },
    },
    out: /30 messages per day[^]*Set by the configuration; postern quota set takes its place\.\n$/,
  },
  {
    name: 'quota show of what nothing limits',
    line: ['quota', 'show', '--comm-service-name', SERVICE],
    routes: { [`GET ${ON_SERVICE}`]: { body: unlimited } },
    out: `Nothing limits the application ${APP}.\n`,
  },
  {
    name: 'quota set',
    line: [
      'quota',
      'set',
      '--comm-service-name',
      SERVICE,
      '--messages',
      '30/minute, 1000/day',
      '--recipients',
      '0/hour',
    ],
    routes: { [`PUT ${ON_SERVICE}`]: { body: quota } },
    bodies: [{ properties: { limits: { messages: { minute: 30, day: 1000 }, recipients: { hour: 0 } } } }],
    out: /30 messages per day/,
  },
  {
    name: 'quota remove',
    line: ['quota', 'remove', '--comm-service-name', SERVICE],
    routes: { [`DELETE ${ON_SERVICE}`]: {} },
    out: 'Removed.\n',
  },
  {
    name: 'quota remove where none is',
    line: ['quota', 'remove', '--comm-service-name', SERVICE],
    routes: { [`DELETE ${ON_SERVICE}`]: { status: 204 } },
    exitCode: 1,
    err: /^error: No quota is set there\.\n/,
  },
  ...(
    [
      ['nobody’s', ['show'], /Say whose quota/],
      ['two subjects', ['show', '--application', APP, '--domain', 'x.example'], /Say whose quota/],
      ['no limit', ['set', '--application', APP], /Say how much may be sent/],
      ['an unknown window', ['set', '--application', APP, '--messages', '3/week'], /such as 30\/minute/],
      ['a window twice', ['set', '--application', APP, '--messages', '3/day,4/day'], /each window once/],
    ] as const
  ).map(([name, line, err]) => ({
    name: `a mistake: ${name}`,
    line: ['quota', ...line],
    routes: {},
    exitCode: 2,
    err,
  })),
])
