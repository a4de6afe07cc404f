import { APP, OBJECT, testCommands, type Reply } from '../api-stand-in.fixture.ts'

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
const byAppId = `GET /v1.0/applications(appId='${APP}')`

testCommands([
  {
    name: 'credential list shows hints and states, never values',
    line: ['ad', 'app', 'credential', 'list', '--id', APP],
    routes: { [byAppId]: application(secret('k1'), secret('k2', '2030-06-01T00:00:00Z')) },
    out: /k1 {6}abc… {2}SAP {3}2030-01-01 00:00:00Z {2}2032-01-01 00:00:00Z {2}valid\nk2 .* expired\n$/,
  },
  {
    name: 'an application is found by its object id too',
    line: ['ad', 'app', 'credential', 'list', '--id', OBJECT, '--output', 'json'],
    routes: { [`GET /v1.0/applications/${OBJECT}`]: application(secret('k1')) },
    asked: [`GET /v1.0/applications(appId='${OBJECT}')`, `GET /v1.0/applications/${OBJECT}`],
    out: `${JSON.stringify([secret('k1')], undefined, 2)}\n`,
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
