import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findMissingPackages } from './delivery-files.ts'
import { parseConfig } from './parse-config.ts'

const parsed = parseConfig(
  {
    dataDirectory: '/var/lib/postern',
    hostname: 'mail.example.com',
    delivery: {
      transports: [
        { name: 'relay', type: 'smarthost', hosts: [{ host: 'smtp.example.net' }], caFile: 'ca.pem' },
        { name: 'azure', type: 'acs', connectionStringFile: '/run/acs' },
      ],
      mx: { caFile: 'mx.pem' },
      hook: { url: 'http://127.0.0.1:11333/checkv2', passwordFile: 'rspamd.password' },
    },
  },
  '/etc/postern',
  {},
)
assert(parsed.type === 'config', JSON.stringify(parsed))
const { delivery } = parsed.config

test('paths of the section start at the directory of the file, absolute ones stay', () => {
  assert.deepEqual(
    [...delivery.transports, delivery.mx].map(({ caFile }) => caFile),
    ['/etc/postern/ca.pem', undefined, '/etc/postern/mx.pem'],
  )
  assert.equal(delivery.transports[1]?.connectionStringFile, '/run/acs')
  assert.equal(delivery.hook?.passwordFile, '/etc/postern/rspamd.password')
})

test('a transport whose packages are missing says how to install them', () => {
  const install = 'run npm install @azure/communication-email @azure/identity'
  assert.deepEqual(
    findMissingPackages(delivery, (name) => name !== '@azure/identity'),
    [{ path: 'delivery.transports.1.type', message: `needs packages that are not installed: ${install}` }],
  )
  assert.deepEqual(
    findMissingPackages(delivery, () => true),
    [],
  )
})

test('what no transport needs may be missing', () => {
  assert.deepEqual(
    findMissingPackages({ ...delivery, transports: [] }, () => false),
    [],
  )
})
