import { ELSEWHERE, SERVICE, endpoint, testCommands, type Reply } from '../api-stand-in.fixture.ts'

const VERSION = 'api-version=2025-09-01'
const GROUP = '/subscriptions/s/resourceGroups/rg'
const COMMUNICATION = 'providers/Microsoft.Communication'
const EMAIL = `${GROUP}/${COMMUNICATION}/emailServices/mail`
const DOMAIN = `${EMAIL}/domains/example.com`

const resource = (id: string, properties: object): Record<string, unknown> => ({
  id,
  name: id.slice(id.lastIndexOf('/') + 1),
  location: 'global',
  properties: { dataLocation: 'Europe', provisioningState: 'Succeeded', ...properties },
})
const service = (properties: object = {}): Reply => ({ body: resource(SERVICE, properties) })
const running = { 'azure-asyncoperation': `${endpoint}operations/1`, 'retry-after': '0' }

testCommands([
  {
    name: 'communication create waits where the server goes on working',
    line: ['communication', 'create', '-n', 'contoso', '-g', 'rg', '--data-location', 'Europe', '--output', 'json'],
    routes: {
      [`PUT ${SERVICE}?${VERSION}`]: { status: 201, headers: running, body: { id: SERVICE } },
      'GET /operations/1': [
        { status: 202, headers: { 'retry-after': '0' }, body: { status: 'Running' } },
        { body: { status: 'Succeeded' } },
      ],
      [`GET ${SERVICE}?${VERSION}`]: service(),
    },
    asked: [`PUT ${SERVICE}?${VERSION}`, 'GET /operations/1', 'GET /operations/1', `GET ${SERVICE}?${VERSION}`],
    bodies: [{ location: 'global', properties: { dataLocation: 'Europe' } }, undefined, undefined, undefined],
    out: `${JSON.stringify(resource(SERVICE, {}), undefined, 2)}\n`,
  },
  {
    name: 'communication create that fails while the server works on it',
    line: ['communication', 'create', '-n', 'contoso', '--data-location', 'Europe'],
    routes: {
      [`PUT ${SERVICE}?${VERSION}`]: { status: 201, headers: running, body: {} },
      'GET /operations/1': { body: { status: 'Failed', error: { message: 'No room.' } } },
    },
    exitCode: 1,
    err: /^error: The operation ended as failed: No room\.\n/,
  },
  {
    name: 'communication create does not follow an operation elsewhere',
    line: ['communication', 'create', '-n', 'contoso', '--data-location', 'Europe'],
    routes: {
      [`PUT ${SERVICE}?${VERSION}`]: {
        status: 201,
        headers: { 'azure-asyncoperation': 'https://evil.example.test/' },
        body: {},
      },
    },
    exitCode: 1,
    err: /named a place to ask that is not its own/,
  },
  {
    name: 'communication create of what is there',
    line: ['communication', 'create', '-n', 'contoso', '--data-location', 'Europe'],
    routes: {
      [`PUT ${SERVICE}?${VERSION}`]: { status: 412, body: { error: { code: 'PreconditionFailed', message: 'no' } } },
    },
    exitCode: 1,
    err: /contoso exists already; nothing was changed\.\n/,
  },
  {
    name: 'communication delete waits for a 202 with a location',
    line: ['communication', 'delete', '-n', SERVICE],
    routes: {
      [`DELETE ${SERVICE}?${VERSION}`]: {
        status: 202,
        headers: { location: `${endpoint}operations/2`, 'retry-after': '0' },
      },
      'GET /operations/2': [
        { status: 202, headers: { location: `${endpoint}operations/2`, 'retry-after': '0' } },
        { status: 204 },
      ],
    },
    asked: [`DELETE ${SERVICE}?${VERSION}`, 'GET /operations/2', 'GET /operations/2'],
    out: `Deleted ${SERVICE}\n`,
  },
  {
    name: 'communication email domain delete of what is not there says so',
    line: ['communication', 'email', 'domain', 'delete', '--domain-name', 'example.com', '--email-service-name', EMAIL],
    routes: { [`DELETE ${DOMAIN}?${VERSION}`]: { status: 204 } },
    out: `Was not there: ${DOMAIN}\n`,
  },
  {
    name: 'communication show without a quickstart takes the only service there is',
    line: ['communication', 'show'],
    env: ELSEWHERE,
    routes: {
      'GET /subscriptions?api-version=2022-09-01': { body: { value: [{ subscriptionId: 's' }] } },
      [`GET /subscriptions/s/${COMMUNICATION}/communicationServices?${VERSION}`]: {
        body: { value: [resource(SERVICE, {})] },
      },
      [`GET ${SERVICE}?${VERSION}`]: service(),
    },
    out: /^Name {12}contoso\n/,
  },
  {
    name: 'communication show -g looks in that group, whatever the quickstart has elsewhere',
    line: ['communication', 'show', '-g', 'other'],
    routes: {
      [`GET /subscriptions/s/resourceGroups/other/${COMMUNICATION}/communicationServices?${VERSION}`]: {
        body: { value: [] },
      },
    },
    exitCode: 1,
    err: /^error: There is no communication service that this credential may read\.\nMake one: postern communication create --help\n$/,
  },
  {
    name: 'communication settings: the option that chooses among several is named',
    line: ['communication', 'settings'],
    env: ELSEWHERE,
    routes: {
      'GET /subscriptions?api-version=2022-09-01': { body: { value: [{ subscriptionId: 's' }] } },
      [`GET /subscriptions/s/${COMMUNICATION}/communicationServices?${VERSION}`]: {
        body: { value: [resource(SERVICE, {}), resource(`${SERVICE}-2`, {})] },
      },
    },
    exitCode: 2,
    err: /^error: There are several communication services\.\nChoose one with --name; see: postern communication list\n$/,
  },
  {
    name: 'communication email domain list: so is that of an email service',
    line: ['communication', 'email', 'domain', 'list'],
    env: ELSEWHERE,
    routes: {
      'GET /subscriptions?api-version=2022-09-01': { body: { value: [{ subscriptionId: 's' }] } },
      [`GET /subscriptions/s/${COMMUNICATION}/emailServices?${VERSION}`]: {
        body: { value: [resource(EMAIL, {}), resource(`${EMAIL}-2`, {})] },
      },
    },
    exitCode: 2,
    err: /^error: There are several email services\.\nChoose one with --email-service-name; see: /,
  },
  {
    name: 'group list for somebody who may see nothing names the command that helps',
    line: ['group', 'list'],
    env: ELSEWHERE,
    routes: { 'GET /subscriptions?api-version=2022-09-01': { body: { value: [] } } },
    exitCode: 1,
    err: /^error: This credential may see no subscription\.\n.*: postern role assignment create --assignee admin --role /,
  },
  {
    name: 'communication show finds a service by its name, in any case',
    line: ['communication', 'show', '-n', 'CONTOSO'],
    routes: {
      [`GET /subscriptions/s/${COMMUNICATION}/communicationServices?${VERSION}`]: {
        body: { value: [resource(`${GROUP}/other`, {}), resource(SERVICE, {})] },
      },
      [`GET ${SERVICE}?${VERSION}`]: service({ linkedDomains: [DOMAIN] }),
    },
    out: new RegExp(`^Name {12}contoso\n(.*\n)*Linked domains {2}${DOMAIN}\n`),
  },
  {
    name: 'communication email delete: a name in two groups is a mistake',
    line: ['communication', 'email', 'delete', '-n', 'mail'],
    routes: {
      [`GET /subscriptions/s/${COMMUNICATION}/emailServices?${VERSION}`]: {
        body: { value: [resource(EMAIL, {}), resource(EMAIL.replace('rg', 'other'), {})] },
      },
    },
    exitCode: 2,
    err: /^error: There are several email services mail\.\nSay which with --resource-group\.\n$/,
  },
  {
    name: 'communication update replaces the connected domains',
    line: ['communication', 'update', '--unlink-domains'],
    routes: { [`PATCH ${SERVICE}?${VERSION}`]: service({ linkedDomains: [] }) },
    bodies: [{ properties: { linkedDomains: [] } }],
    out: /^Name {12}contoso\n/,
  },
  {
    name: 'communication update of nothing is a mistake',
    line: ['communication', 'update'],
    routes: {},
    asked: [],
    exitCode: 2,
  },
  {
    name: 'group create leaves a group that is there',
    line: ['group', 'create', '-n', 'rg', '-l', 'westeurope'],
    routes: {
      'GET /subscriptions/s/resourcegroups/rg?api-version=2022-09-01': {
        body: { id: GROUP, name: 'rg', location: 'x' },
      },
    },
    out: `Name      rg\nLocation  x\nId        ${GROUP}\n`,
  },
])

const record = (name: string, value: string, more = {}): Record<string, unknown> => ({
  type: 'TXT',
  name,
  value,
  ttl: 3600,
  ...more,
})
const LONG = `v=DKIM1; k=rsa; p=${'A'.repeat(300)}`
const verified = { status: 'Verified', errorCode: '' }
const domain = (states: object): Reply => ({
  body: resource(DOMAIN, {
    domainManagement: 'CustomerManaged',
    fromSenderDomain: 'example.com',
    verificationStates: { DKIM: verified, DKIM2: verified, ...states },
    verificationRecords: {
      Domain: record('example.com', 'postern-domain-verification=1'),
      SPF: record('example.com', 'v=spf1 include:"x" -all'),
      DKIM: record('s1._domainkey', LONG),
      DKIM2: record('s2._domainkey', 's2.zone.test', {
        type: 'CNAME',
        zoneRecord: record('s2.zone.test', 'v=DKIM1; k=ed25519; p=B'),
      }),
    },
  }),
})
const failedState = { status: 'VerificationFailed', errorCode: 'RecordNotFound', seen: ['v=spf1 -all'] }
const line = ['communication', 'email', 'domain', 'initiate-verification', '--domain-name', 'example.com']
const rotation = ['communication', 'email', 'domain', 'rotate-dkim', '--domain-name', 'example.com']
const tracking = 'communication email domain update --domain-name example.com --user-engmnt-tracking'.split(' ')
const tracked = (): Reply => {
  const { body } = domain({}) as { body: { properties: object } }
  return { body: { ...body, properties: { ...body.properties, userEngagementTracking: 'Enabled' } } }
}
/** Of RSA, of Ed25519. */
const rotating = (...[DKIM, DKIM2 = {}]: readonly object[]): Reply => {
  const { body } = domain({}) as { body: { properties: object } }
  return { body: { ...body, properties: { ...body.properties, dkimRotation: { DKIM, DKIM2 } } } }
}
const observed = (check: string, role: string, status: string, errorCode = '', seen: readonly string[] = []) => ({
  check,
  role,
  name: 'x',
  status,
  errorCode,
  seen,
})
const ofMail = ['--email-service-name', EMAIL]

testCommands([
  {
    name: 'communication email domain show prints the records as lines of a zone file',
    line: ['communication', 'email', 'domain', 'show', '--domain-name', 'example.com', ...ofMail],
    routes: { [`GET ${DOMAIN}?${VERSION}`]: domain({ Domain: verified, SPF: failedState }) },
    out: new RegExp(
      [
        'Check {3}Status {14}Reason {10}DNS shows',
        'Domain {2}Verified',
        'SPF {5}VerificationFailed {2}RecordNotFound {2}v=spf1 -all',
        'DKIM {4}Verified',
        'DKIM2 {3}Verified',
        '',
        'Records for the zone of example.com:',
        '',
        'example\\.com\\. 3600 IN TXT "postern-domain-verification=1"',
        'example\\.com\\. 3600 IN TXT "v=spf1 include:\\\\"x\\\\" -all"',
        `s1\\._domainkey\\.example\\.com\\. 3600 IN TXT "${LONG.slice(0, 255)}" "${LONG.slice(255)}"`,
        's2\\._domainkey\\.example\\.com\\. 3600 IN CNAME s2\\.zone\\.test\\.',
        '(.*\n)*',
        's2\\.zone\\.test\\. 3600 IN TXT "v=DKIM1; k=ed25519; p=B"',
      ].join('\n'),
    ),
  },
  {
    name: 'communication email domain show tells what the DNS has now, and how long what is lost still counts',
    line: ['communication', 'email', 'domain', 'show', '--domain-name', 'example.com', ...ofMail],
    routes: {
      [`GET ${DOMAIN}?${VERSION}`]: domain({
        Domain: verified,
        SPF: {
          ...verified,
          errorCode: 'RecordNotFound',
          seen: ['before'],
          lostSince: '2030-01-01T00:00:00.000Z',
          countsUntil: '2030-01-04T00:00:00.000Z',
        },
      }),
      [`GET ${DOMAIN}/providers/Postern.Mail/dnsRecords`]: {
        body: {
          value: [
            observed('Domain', 'present', 'AsIssued'),
            observed('SPF', 'present', 'Different', 'RecordMismatch', ['v=spf1 \u001b[31m', 'other']),
            observed('DKIM', 'present', 'Unknown', 'DnsUnavailable', ['no DNS server answered in time']),
            observed('DKIM', 'next', 'Different', 'RecordNotFound'),
            observed('DKIM2', 'zone', 'AsIssued'),
            observed('MX', 'present', 'AsIssued', '', ['10 mx.example.com.']),
          ],
        },
      },
    },
    out: new RegExp(
      [
        'Domain {2}Verified {21}as issued',
        'SPF {5}Verified {5}RecordMismatch {2}v=spf1 [ -~]*\\[31m \\| other',
        'DKIM {4}Verified {5}DnsUnavailable {2}no DNS server answered in time',
        'DKIM2 {3}Verified',
        'DKIM {4}next key {5}RecordNotFound {2}nothing',
        'DKIM2 {3}in our zone {18}as issued',
        'MX {6}advice {23}10 mx\\.example\\.com\\.',
        '',
        'SPF has been missing since 2030-01-01T00:00:00.000Z: it counts until 2030-01-04T00:00:00.000Z, unless it is back.',
      ].join('\n'),
    ),
  },
  {
    name: 'communication email domain update says whether mail tells of engagement',
    line: [...tracking, 'Enabled', ...ofMail],
    routes: { [`PATCH ${DOMAIN}?${VERSION}`]: tracked() },
    bodies: [{ properties: { userEngagementTracking: 'Enabled' } }],
    out: /^Engagement {2}told of$/m,
  },
  {
    name: 'communication email domain update takes what az takes',
    line: [...tracking, 'On', ...ofMail],
    routes: {},
    exitCode: 2,
    err: /Allowed choices are Disabled, Enabled/,
  },
  {
    name: 'communication email domain rotate-dkim shows the record of the next key, and the one that may go later',
    line: [...rotation, ...ofMail],
    routes: {
      [`POST ${DOMAIN}/providers/Postern.Mail/rotateDkim`]: rotating(
        { next: { record: record('s3._domainkey', 'v=DKIM1; k=rsa; p=C'), state: { status: 'NotStarted' } } },
        {
          previous: {
            record: record('s2._domainkey', 's2.zone.test', {
              type: 'CNAME',
              zoneRecord: record('s2.zone.test', 'v=DKIM1; k=ed25519; p=B'),
            }),
            removableAt: '2030-01-08T00:00:00.000Z',
          },
        },
      ),
    },
    bodies: [{}],
    out: new RegExp(
      [
        'The next DKIM key; it signs once it has been seen in the DNS:',
        '',
        's3\\._domainkey\\.example\\.com\\. 3600 IN TXT "v=DKIM1; k=rsa; p=C"',
        '',
        'The DKIM key before; leave it until 2030-01-08T00:00:00\\.000Z:',
        '',
        's2\\._domainkey\\.example\\.com\\. 3600 IN CNAME s2\\.zone\\.test\\.',
        's2\\.zone\\.test\\. 3600 IN TXT "v=DKIM1; k=ed25519; p=B"',
      ].join('\n'),
    ),
  },
  {
    name: 'communication email domain rotate-dkim fails while the next key is not seen',
    line: [...rotation, '--key', 'DKIM2', ...ofMail],
    routes: {
      [`POST ${DOMAIN}/providers/Postern.Mail/rotateDkim`]: rotating({
        next: { record: record('s3._domainkey', 'x'), state: { ...failedState, seen: ['\u001b[31m'] } },
      }),
    },
    bodies: [{ key: 'DKIM2' }],
    exitCode: 1,
    out: /^DNS shows: RecordNotFound \| [ -~]*$/m,
    err: /^error: The next key is not in the DNS yet: DKIM\.\nPublish its record;/,
  },
  {
    name: 'communication email domain initiate-verification stops when the ownership is not proven',
    line: [...line, ...ofMail],
    routes: {
      [`GET ${DOMAIN}?${VERSION}`]: [
        domain({ Domain: { status: 'NotStarted' }, SPF: { status: 'NotStarted' } }),
        domain({ Domain: failedState, SPF: { status: 'NotStarted' } }),
      ],
      [`POST ${DOMAIN}/initiateVerification?${VERSION}`]: {},
    },
    bodies: [undefined, { verificationType: 'Domain' }, undefined],
    exitCode: 1,
    out: /^Domain {2}VerificationFailed {2}RecordNotFound {2}v=spf1 -all$/m,
    err: /^error: Not verified: Domain, SPF\.\nPublish the records above;/,
  },
  {
    name: 'communication email domain initiate-verification asks for what is missing only',
    line: [...line, ...ofMail],
    routes: {
      [`GET ${DOMAIN}?${VERSION}`]: [
        domain({ Domain: verified, SPF: failedState }),
        domain({ Domain: verified, SPF: verified }),
      ],
      [`POST ${DOMAIN}/initiateVerification?${VERSION}`]: { status: 202 },
    },
    bodies: [undefined, { verificationType: 'SPF' }, undefined],
    out: /^SPF {5}Verified$/m,
  },
  {
    name: 'smtp-username create lets the server make up the user name',
    line: [
      'communication',
      'smtp-username',
      'create',
      '--generate',
      '--entra-application-id',
      'a',
      '--smtp-username',
      'fax',
    ],
    env: { POSTERN_COMMUNICATION_SERVICE: SERVICE },
    routes: {
      [`GET ${SERVICE}?${VERSION}`]: service(),
      [`PUT ${SERVICE}/smtpUsernames/fax?${VERSION}`]: {
        status: 201,
        body: { ...resource(`${SERVICE}/smtpUsernames/fax`, {}), properties: { username: 'fikabemu-radihune' } },
      },
    },
    out: /fikabemu-radihune/,
  },
  ...['--generate', ''].map((generate) => ({
    name: `smtp-username create with ${generate === '' ? 'neither' : 'both'} of --username and --generate`,
    line: [
      ...['communication', 'smtp-username', 'create', '--entra-application-id', 'a'],
      ...(generate === '' ? [] : [generate, '--username', 'fax']),
    ],
    routes: {},
    exitCode: 2,
    err: /Give either --username or --generate/,
  })),
])
