import { testCommands } from '../api-stand-in.fixture.ts'

const LIMITS = '/providers/Postern.Mail/loginLimits'
const limit = {
  kind: 'source',
  subject: '203.0.113.7',
  tenantId: null,
  attempts: 50,
  since: '2031-01-01T00:00:00.000Z',
  lastAt: '2031-01-01T00:10:00.000Z',
  until: '2031-01-01T00:30:00.000Z',
  wait: 10,
  turnedAway: true,
}
const unknown = { ...limit, kind: 'username', subject: null, attempts: 3, wait: 4, turnedAway: false }

testCommands([
  {
    name: 'login-limits list says what the next login waits for',
    line: ['login-limits', 'list', '--limit', '2'],
    routes: { [`GET ${LIMITS}?limit=2`]: { body: { value: [limit, unknown, { ...unknown, wait: 0 }] } } },
    out: /^Counted by .*\nnetwork +203\.0\.113\.7 +50 +2031-01-01 00:00:00Z +told 421 +2031-01-01 00:30:00Z\nuser name +\(a short name that does not exist\) +3 .* waits 4 s .*\n.* at once .*\n$/,
  },
  {
    name: 'login-limits list of nothing',
    line: ['login-limits', 'list'],
    routes: { [`GET ${LIMITS}`]: { body: { value: [] } } },
    out: 'No login failed lately.\n',
  },
  ...(
    [
      [['--network', '2001:db8::1'], { network: '2001:db8::1' }],
      [['--username', 'printer'], { username: 'printer' }],
      [['--own-tenant'], { scope: 'tenant' }],
      [['--all'], { scope: 'installation' }],
    ] as const
  ).map(([flags, body]) => ({
    name: `login-limits clear ${flags.join(' ')}`,
    line: ['login-limits', 'clear', ...flags],
    routes: { [`POST ${LIMITS}/clear`]: { status: 204 } },
    bodies: [body],
    out: 'Forgotten: the next login is looked at at once.\n',
  })),
  ...[[], ['--all', '--own-tenant'], ['--network', '192.0.2.1', '--username', 'x']].map((flags) => ({
    name: `login-limits clear ${flags.join(' ')} is a mistake`,
    line: ['login-limits', 'clear', ...flags],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /^error: It takes one of --network, --username, --own-tenant and --all\.\n/,
  })),
])
