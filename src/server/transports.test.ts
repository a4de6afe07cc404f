// Which ways out are opened for a configuration, how fast each may go, and what keeps one from being opened.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemClock } from '../config/clock.ts'
import { parseConfig } from '../config/parse-config.ts'
import type { MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { openTransports } from './transports.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-transports-'))
let storage: MailStore
before(async () => {
  storage = await openTemporaryMailStore()
})
after(async () => {
  await storage.close()
  rmSync(directory, { recursive: true })
})

function write(name: string, text: string): string {
  const file = join(directory, name)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

function open(delivery: object) {
  const parsed = parseConfig({ dataDirectory: directory, hostname: 'mail.example.com', delivery }, directory, {})
  assert(parsed.type === 'config', JSON.stringify(parsed))
  return openTransports({ config: parsed.config, doors: [], storage, clock: systemClock, random: Math.random })
}

const hosts = [{ host: 'smtp.example.net' }]
const CREDENTIALS = {
  mechanism: 'xoauth2',
  username: 'us',
  tokenEndpoint: 'https://login.example.net/token',
  clientId: 'us',
  clientSecretFile: 'relay.secret',
  scope: 'mail',
}

const openings: readonly { readonly title: string; readonly delivery: object; readonly limits: object }[] = [
  { title: 'nothing but the capture inbox', delivery: {}, limits: { capture: undefined } },
  {
    title: 'what no route names stays closed',
    delivery: {
      transports: [
        { name: 'relay', type: 'smarthost', hosts },
        { name: 'unused', type: 'acs', connectionStringFile: 'not-there' },
      ],
      routes: [{ recipientDomains: ['example.org'], via: ['relay', 'mx'] }, { via: ['mx'] }],
      mx: { connections: 3, messagesPerMinute: 100 },
    },
    limits: { relay: { initial: 2, most: 5 }, mx: { initial: 2, most: 3, perMinute: 100 } },
  },
  {
    title: 'every kind',
    delivery: {
      transports: [
        { name: 'token', type: 'smarthost', hosts, connections: 9, messagesPerMinute: 7, ...CREDENTIALS },
        {
          name: 'azure',
          type: 'acs',
          connectionStringFile: write('acs', 'endpoint=https://contoso.example.net/;accesskey=bm90IGEgcmVhbCBrZXk=\n'),
        },
        {
          name: 'azure-secret',
          type: 'acs',
          endpoint: 'https://contoso.example.net/',
          tenantId: '11111111-2222-4333-8444-555555555555',
          clientId: 'us',
          clientSecretFile: write('secret', 'not-a-real-secret\n'),
        },
      ],
      routes: [{ via: ['azure', 'azure-secret', 'token', 'capture'] }],
    },
    limits: {
      azure: undefined,
      'azure-secret': undefined,
      token: { initial: 2, most: 9, perMinute: 7 },
      capture: undefined,
    },
  },
]

for (const { title, delivery, limits } of openings)
  test(title, async () => {
    const { transports, limitsOf, close } = await open(delivery)
    const names = transports.map(({ name }) => name)
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, limitsOf(name)])), limits)
    await close()
  })

for (const [title, text, message] of [
  ['no connection string', 'CANARY', /acs-bad holds no connection string for https$/],
  ['one for plain http', 'endpoint=http://contoso.example.net/;accesskey=Q0FOQVJZ', /holds no connection string/],
  ['nothing', '', /acs-bad holds no secret$/],
] as const)
  test(`an upstream whose file holds ${title}`, async () => {
    const azure = { name: 'azure', type: 'acs', connectionStringFile: write('acs-bad', text) }
    await assert.rejects(open({ transports: [azure], routes: [{ via: ['azure'] }] }), (error: Error) => {
      assert.equal(error.name, 'StartError')
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /CANARY|Q0FO/)
      return true
    })
  })
