import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { SERVICE, endpoint, testCommands } from '../api-stand-in.fixture.ts'

const SCOPE = `${SERVICE}/providers/Postern.Mail`
const ONE = `${SCOPE}/eventSubscriptions/monitor`
const ID = '0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e'
const URL = 'https://monitor.example.com/hook'
const subscription = {
  id: ONE,
  name: 'monitor',
  properties: {
    endpointBaseUrl: URL,
    eventSchema: 'EventGridSchema',
    eventTypes: [],
    headerNames: ['authorization'],
    state: 'Validated',
    createdAt: '2031-01-01T00:00:00Z',
  },
}
const rotated = {
  ...subscription,
  properties: { ...subscription.properties, oldSecretsEndAt: '2031-01-02T00:00:00Z', secret: 'whsec_shown' },
}
const event = { id: ID, subject: 'sender/a\u001b[31m', type: 'A.B', time: '2031-01-01T00:00:00Z' }
const delivery = {
  eventId: ID,
  eventType: 'A.B',
  subject: 's',
  eventTime: '2031-01-01T00:00:00Z',
  status: 'dead',
  attempts: [
    { at: '2031-01-01T00:00:00Z', detail: 'the connection failed (ECONNREFUSED)' },
    { at: '2031-01-01T00:00:10Z', status: 404, detail: 'it answers 404' },
  ],
}

const directory = mkdtempSync(join(tmpdir(), 'postern-events-'))
const headersFile = join(directory, 'headers.json')
const brokenFile = join(directory, 'broken.json')
writeFileSync(headersFile, '{"authorization":"CANARY"}')
writeFileSync(brokenFile, 'CANARY')
after(() => rmSync(directory, { recursive: true }))

testCommands([
  {
    name: 'event list shows what happened, and where the next page begins',
    line: ['event', 'list', '--type', 'A.B', '--limit', '1'],
    routes: {
      'GET /providers/Postern.Mail/events?type=A.B&limit=1': { body: { value: [event], nextLink: `${endpoint}next` } },
    },
    out: /^When .*\n2031-01-01 00:00:00Z {2}0197c1e2\S+ {2}A\.B +sender\/a\\u001b\[31m\n\nOlder ones: the same with --before 0197c1e2\S+\n$/,
  },
  {
    name: 'event list of nothing in one service',
    line: ['event', 'list', '--scope', SERVICE],
    routes: { [`GET ${SCOPE}/events`]: { body: { value: [] } } },
    out: 'No events.\n',
  },
  {
    name: 'event subscription create sends headers and a secret that are no arguments',
    line: [
      'event',
      'subscription',
      'create',
      '--name',
      'monitor',
      '--endpoint-url',
      URL,
      '--headers-file',
      headersFile,
    ],
    env: { POSTERN_WEBHOOK_SECRET: 'whsec_CANARY' },
    routes: { [`PUT ${ONE}`]: { status: 201, body: subscription } },
    bodies: [{ properties: { endpointUrl: URL, headers: { authorization: 'CANARY' }, secret: 'whsec_CANARY' } }],
    out: /^Name +monitor\nEndpoint +https:\/\/monitor\.example\.com\/hook\n[^]*Headers +authorization\nState +Validated\n/,
  },
  {
    name: 'event subscription create in the tenant shows a secret that was made, and what is still to be done',
    line: [
      'event',
      'subscription',
      'create',
      '--name',
      'all',
      '--scope',
      '/',
      '--endpoint-url',
      URL,
      '--event-type',
      'A',
      'B',
    ],
    routes: {
      'PUT /providers/Postern.Mail/eventSubscriptions/all': {
        status: 201,
        body: {
          ...subscription,
          properties: { ...subscription.properties, state: 'AwaitingManualAction', secret: 'whsec_shown' },
        },
      },
    },
    bodies: [{ properties: { endpointUrl: URL, eventTypes: ['A', 'B'] } }],
    out: /Signing secret, shown once +whsec_shown\n\nThe endpoint was told an address to open/,
  },
  {
    name: 'event subscription create does not repeat a file of secrets that cannot be read',
    line: ['event', 'subscription', 'create', '--name', 'monitor', '--endpoint-url', URL, '--headers-file', brokenFile],
    routes: {},
    asked: [],
    exitCode: 1,
    err: /broken\.json is no JSON\./,
  },
  {
    name: 'event subscription list',
    line: ['event', 'subscription', 'list'],
    routes: { [`GET ${SCOPE}/eventSubscriptions`]: { body: { value: [subscription] } } },
    out: /^Name .*\nmonitor {2}Validated {2}EventGridSchema {2}all +https:\/\/monitor\.example\.com\/hook\n$/,
  },
  {
    name: 'event subscription show tells what was given up',
    line: ['event', 'subscription', 'show', '--name', 'monitor', '--deliveries', 'dead'],
    routes: { [`GET ${ONE}/deliveries?status=dead`]: { body: { value: [delivery] } } },
    out: /^When .*\n2031-01-01 00:00:00Z {2}dead +2 .*it answers 404\n$/,
  },
  {
    name: 'event subscription show of deliveries that are nothing is a mistake',
    line: ['event', 'subscription', 'show', '--name', 'monitor', '--deliveries', 'lost'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /There are no deliveries that are lost\./,
  },
  {
    name: 'event subscription show tells until when the old secrets are signed with',
    line: ['event', 'subscription', 'show', '--name', 'monitor'],
    routes: {
      [`GET ${ONE}`]: {
        body: { ...subscription, properties: { ...subscription.properties, oldSecretsEndAt: '2031-01-02T00:00:00Z' } },
      },
    },
    out: /\nSigned with old secrets until {2}2031-01-02 00:00:00Z\n$/,
  },
  {
    name: 'event subscription show of deliveries says where older ones are, as JSON what the API said',
    line: ['event', 'subscription', 'show', '--name', 'monitor', '--deliveries', '--limit', '1'],
    routes: { [`GET ${ONE}/deliveries?limit=1`]: { body: { value: [delivery], nextLink: `${endpoint}next` } } },
    out: /it answers 404\n\nOlder ones: the same with --before 0197c1e2\S+\n$/,
  },
  {
    name: 'event subscription rotate-secret shows the next secret once',
    line: ['event', 'subscription', 'rotate-secret', '--name', 'monitor', '--overlap', '7d'],
    routes: { [`POST ${ONE}/rotateSecret`]: { body: rotated } },
    bodies: [{ overlap: 604_800 }],
    out: /\nSigned with old secrets until +2031-01-02 00:00:00Z\nSigning secret, shown once +whsec_shown\n$/,
  },
  {
    name: 'event subscription rotate-secret takes a secret that is no argument, and ends the old one at once',
    line: ['event', 'subscription', 'rotate-secret', '--name', 'monitor', '--now', '--scope', '/'],
    env: { POSTERN_WEBHOOK_SECRET: 'whsec_CANARY' },
    routes: {
      'POST /providers/Postern.Mail/eventSubscriptions/monitor/rotateSecret': { body: subscription },
    },
    bodies: [{ overlap: 0, secret: 'whsec_CANARY' }],
    out: /State +Validated/,
  },
  {
    name: 'event subscription rotate-secret ends the old ones without a next one',
    line: ['event', 'subscription', 'rotate-secret', '--name', 'monitor', '--end-old'],
    env: { POSTERN_WEBHOOK_SECRET: 'whsec_CANARY' },
    routes: { [`POST ${ONE}/rotateSecret`]: { body: subscription } },
    bodies: [{ endOldSecrets: true }],
    out: /State +Validated/,
  },
  {
    name: 'event subscription rotate-secret cannot do both at once',
    line: ['event', 'subscription', 'rotate-secret', '--name', 'monitor', '--end-old', '--overlap', '1h'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /--end-old/,
  },
  {
    name: 'event subscription delete',
    line: ['event', 'subscription', 'delete', '--name', 'monitor'],
    routes: { [`DELETE ${ONE}`]: { status: 200 } },
    out: 'Deleted subscription monitor\n',
  },
  {
    name: 'event replay of what was given up',
    line: ['event', 'replay', '--name', 'monitor', '--dead'],
    routes: { [`POST ${ONE}/replay`]: { body: { replayed: 3, more: false } } },
    bodies: [{ status: 'dead' }],
    out: '3 events are told again.\n',
  },
  {
    name: 'event replay of a time',
    line: ['event', 'replay', '--name', 'monitor', '--from', '2031-01-01', '--to', '2031-01-02'],
    routes: { [`POST ${ONE}/replay`]: { body: { replayed: 5000, more: true } } },
    bodies: [{ from: '2031-01-01T00:00:00.000Z', to: '2031-01-02T00:00:00.000Z' }],
    out: /^5000 events are told again\.\nThere are more/,
  },
  {
    name: 'event replay of everything at once is a mistake',
    line: ['event', 'replay', '--name', 'monitor'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /Say what to replay: --dead, --event or --from\./,
  },
])
