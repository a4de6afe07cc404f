import { APP, type Case, OBJECT, testCommands, type Reply } from '../api-stand-in.fixture.ts'

const secret = (keyId: string, endDateTime = '2032-01-01T00:00:00Z'): Record<string, unknown> => ({
  keyId,
  displayName: 'SAP',
  hint: 'abc',
  startDateTime: '2030-01-01T00:00:00Z',
  endDateTime,
  secretText: null,
})
const application = (...passwordCredentials: unknown[]): Reply => ({
  body: { id: OBJECT, appId: APP, displayName: 'Printer', passwordCredentials },
})
const rotation = `POST /providers/Postern.Mail/applications/${OBJECT}/rotateSecret`
const byAppId = `GET /v1.0/applications(appId='${APP}')`

const listed = (keyId: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  kind: 'password',
  keyId,
  displayName: 'SAP',
  hint: 'abc',
  startDateTime: '2030-01-01T00:00:00.000Z',
  endDateTime: '2032-01-01T00:00:00.000Z',
  ofServicePrincipal: false,
  applicationId: APP,
  applicationObjectId: OBJECT,
  applicationName: 'Printer',
  lastUse: null,
  unusedSince: '2030-01-01T00:00:00.000Z',
  supersededBy: null,
  ...more,
})
const used = (at: string, username: string | null = 'copier') => ({
  lastUse: { at, network: '192.0.2.7', door: 'smtp', username },
  unusedSince: at,
})
const CREDENTIALS = 'GET /providers/Postern.Mail/credentials'
const ofApp = `${CREDENTIALS}?applicationId=${APP}`
const lately = used('2030-12-31T00:00:00.000Z')
const credentials = [
  listed('k1', lately),
  listed('k2', { ...lately, supersededBy: 'k1' }),
  listed('k3', { endDateTime: '2031-01-20T12:00:00.000Z', ...lately }),
  listed('k4', { endDateTime: '2030-12-31T00:00:00.000Z' }),
  listed('k5', used('2030-09-01T00:00:00.000Z', null)),
  listed('k6', { kind: 'federated', startDateTime: null, endDateTime: null, unusedSince: null, hint: null }),
]
const all: Readonly<Record<string, Reply>> = { [CREDENTIALS]: { body: { value: credentials } } }
const report = (name: string, flags: readonly string[], keyIds: readonly string[]): Case => ({
  name: `credential list ${name}`,
  line: ['ad', 'app', 'credential', 'list', ...flags, '--output', 'json'],
  routes: all,
  out: `${JSON.stringify(
    credentials.filter((one) => keyIds.includes(String(one['keyId']))),
    undefined,
    2,
  )}\n`,
})

testCommands([
  {
    name: 'credential list shows hints, states and last uses, never values',
    line: ['ad', 'app', 'credential', 'list', '--id', APP],
    routes: { [byAppId]: application(), [ofApp]: { body: { value: credentials } } },
    asked: [byAppId, ofApp],
    out: new RegExp(
      [
        'k1 +password +abc… +SAP +2030-01-01 00:00:00Z +2032-01-01 00:00:00Z +ends in 365 d +2030-12-31 00:00:00Z +192.0.2.7 +copier',
        'k2 .* ends in 365 d, superseded .*',
        'k3 .* ends in 19 d .*',
        'k4 .* expired',
        'k5 .* 2030-09-01 00:00:00Z +192.0.2.7',
        'k6 +federated +SAP +valid',
        '$',
      ].join('\n'),
    ),
  },
  {
    name: 'an application is found by its object id too',
    line: ['ad', 'app', 'credential', 'list', '--id', OBJECT, '--output', 'json'],
    routes: { [`GET /v1.0/applications/${OBJECT}`]: application(), [ofApp]: { body: { value: [listed('k1')] } } },
    asked: [`GET /v1.0/applications(appId='${OBJECT}')`, `GET /v1.0/applications/${OBJECT}`, ofApp],
    out: `${JSON.stringify([listed('k1')], undefined, 2)}\n`,
  },
  {
    name: 'credential list of all applications names them',
    line: ['ad', 'app', 'credential', 'list'],
    routes: all,
    asked: [CREDENTIALS],
    out: new RegExp(`\nPrinter +${APP} +k1 `),
  },
  report('--expiring', ['--expiring', '30d'], ['k3']),
  report('--unused', ['--unused', '90d'], ['k5']),
  report('--unused for less', ['--unused', '1d'], ['k1', 'k2', 'k3', 'k5']),
  report('--superseded', ['--superseded'], ['k2']),
  report('with several reports', ['--superseded', '--expiring', '20d', '--unused', '12d'], ['k2', 'k3', 'k5']),
  {
    name: 'credential list refuses a time without a unit',
    line: ['ad', 'app', 'credential', 'list', '--unused', '90'],
    routes: all,
    exitCode: 2,
    err: /such as 7d/,
  },
  {
    name: 'credential reset of device passwords leaves the secrets alone',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--device-password', '--network', 'printers'],
    routes: {
      [byAppId]: application(secret('k1'), { ...secret('k2'), customKeyIdentifier: 'ZGV2aWNlLXBhc3N3b3Jk' }),
      [`POST /providers/Postern.Mail/applications/${OBJECT}/devicePassword`]: {
        body: { ...secret('k3'), secretText: 'ABCD-EFGH-JKMN-PQRS-TVWX' },
      },
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: { status: 204 },
    },
    bodies: [undefined, { network: 'printers' }, { keyId: 'k2' }],
    out: /ABCD-EFGH-JKMN-PQRS-TVWX/,
  },
  {
    name: 'credential reset of secrets leaves the device passwords alone',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP],
    routes: {
      [byAppId]: application(secret('k1'), { ...secret('k2'), customKeyIdentifier: 'ZGV2aWNlLXBhc3N3b3Jk' }),
      [`POST /v1.0/applications/${OBJECT}/addPassword`]: { body: { ...secret('k3'), secretText: 'abc8Q~new' } },
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: { status: 204 },
    },
    bodies: [undefined, { passwordCredential: {} }, { keyId: 'k1' }],
  },
  {
    name: 'credential reset binds device passwords only to a network',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--network', 'printers'],
    routes: {},
    exitCode: 2,
    err: /Add --device-password/,
  },
  {
    name: 'credential reset adds first, then removes the others, and shows the secret once',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--display-name', 'new', '--years', '1'],
    routes: {
      [byAppId]: application(secret('k1'), secret('k2')),
      [`POST /v1.0/applications/${OBJECT}/addPassword`]: { body: { ...secret('k3'), secretText: 'abc8Q~new' } },
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: { status: 204 },
    },
    asked: [
      byAppId,
      ...['addPassword', 'removePassword', 'removePassword'].map((call) => `POST /v1.0/applications/${OBJECT}/${call}`),
    ],
    bodies: [
      undefined,
      { passwordCredential: { displayName: 'new', endDateTime: '2032-01-01T00:00:00.000Z' } },
      { keyId: 'k1' },
      { keyId: 'k2' },
    ],
    out: /Secret {7}abc8Q~new\n.*\n\nThis is the only time/,
  },
  {
    name: 'credential reset --append keeps the others',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--append', '--end-date', '2031-06-01'],
    routes: {
      [byAppId]: application(secret('k1')),
      [`POST /v1.0/applications/${OBJECT}/addPassword`]: { body: { ...secret('k3'), secretText: 'abc8Q~new' } },
    },
    bodies: [undefined, { passwordCredential: { endDateTime: '2031-06-01T00:00:00.000Z' } }],
    out: /abc8Q~new/,
  },
  {
    name: 'credential reset --overlap asks for one rotation and says what works until when',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--overlap', '7d', '--display-name', 'new'],
    routes: {
      [byAppId]: application(secret('k1')),
      [rotation]: {
        body: {
          ...secret('k3'),
          secretText: 'abc8Q~new',
          oldSecrets: [{ keyId: 'k1', displayName: null, hint: 'def', endDateTime: '2031-01-08T00:00:00.000Z' }],
        },
      },
    },
    asked: [byAppId, rotation],
    bodies: [undefined, { overlap: 604_800, displayName: 'new' }],
    out: /Secret {7}abc8Q~new\n[^]*k1 +def… +2031-01-08 00:00:00Z\nWho still uses one: postern .* --superseded\n$/,
  },
  {
    name: 'credential reset --overlap where nothing else works',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--overlap', '12h', '--years', '1'],
    routes: {
      [byAppId]: application(),
      [rotation]: { body: { ...secret('k3'), secretText: 'abc8Q~new', oldSecrets: [] } },
    },
    bodies: [undefined, { overlap: 43_200, endDateTime: '2032-01-01T00:00:00.000Z' }],
    out: /abc8Q~new[^]*no other secret/,
  },
  {
    name: 'credential reset --overlap 0 removes the others at once',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--overlap', '0'],
    routes: {
      [byAppId]: application(secret('k1')),
      [`POST /v1.0/applications/${OBJECT}/addPassword`]: { body: { ...secret('k3'), secretText: 'abc8Q~new' } },
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: { status: 204 },
    },
    bodies: [undefined, { passwordCredential: {} }, { keyId: 'k1' }],
    out: /abc8Q~new/,
  },
  {
    name: 'credential reset takes --append or --overlap',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP, '--overlap', '7d', '--append'],
    routes: {},
    exitCode: 2,
    err: /cannot be used with/,
  },
  {
    name: 'a new secret is shown even when an old one could not be removed',
    line: ['ad', 'app', 'credential', 'reset', '--id', APP],
    routes: {
      [byAppId]: application(secret('k1')),
      [`POST /v1.0/applications/${OBJECT}/addPassword`]: { body: { ...secret('k3'), secretText: 'abc8Q~new' } },
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: {
        status: 503,
        body: { error: { code: 'Busy', message: 'Later.' } },
      },
    },
    exitCode: 1,
    out: /abc8Q~new/,
    err: new RegExp(
      `^error: The new secret works, .*Later\\..*\nRemove it: postern ad app credential delete --id ${APP} --key-id k1\n$`,
    ),
  },
  {
    name: 'credential delete',
    line: ['ad', 'app', 'credential', 'delete', '--id', APP, '--key-id', OBJECT],
    routes: {
      [byAppId]: application(secret(OBJECT)),
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: { status: 204 },
    },
    bodies: [undefined, { keyId: OBJECT }],
    out: `Removed secret ${OBJECT} of Printer\n`,
  },
  {
    name: 'credential delete of an application whose name would drive the terminal',
    line: ['ad', 'app', 'credential', 'delete', '--id', APP, '--key-id', OBJECT],
    routes: {
      [byAppId]: { body: { id: OBJECT, appId: APP, displayName: 'A\u001b[2J', passwordCredentials: [] } },
      [`POST /v1.0/applications/${OBJECT}/removePassword`]: { status: 204 },
    },
    out: `Removed secret ${OBJECT} of A\\u001b[2J\n`,
  },
])
