// What the management clients show when it is the service that fails: with a store or DNS that does not answer, a full store, or a bug.
// They are told nothing of the cause. Azure: control-plane reference §1.5, §4.3.

import { randomUUID } from 'node:crypto'
import { after, mock } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../../src/access/built-in-roles.ts'
import { openHttpFixture } from '../../src/http/http.fixture.ts'
import { startHttpsServer } from '../../src/http/serve.ts'
import { createDevelopmentCa, issueServerCertificates } from '../../src/keys/development-ca.ts'
import { secureContextOptions } from '../../src/keys/secure-context.ts'
import { ticketKeysAt } from '../../src/keys/ticket-keys.ts'
import { StoreError } from '../../src/storage/store-error.ts'
import { A } from '../../src/storage/two-tenants.fixture.ts'
import { httpsRequest } from '../fixtures/quickstart-service.ts'
import { collect, connectAzure } from './azure-clients.ts'
import { checkRefusals } from './refusals.ts'
const http = await openHttpFixture()
const authority = await createDevelopmentCa(Date.now())
const secureContext = secureContextOptions(
  await issueServerCertificates(authority, Date.now()),
  ticketKeysAt(Buffer.alloc(32), Date.now()),
)
const server = await startHttpsServer({ app: http.app, address: '127.0.0.1', port: 0, secureContext })
after(async () => {
  await server.close(0)
  await http.close()
})

const url = `https://localhost:${server.port}/`
const administrator = await http.program(A, POSTERN_ADMINISTRATOR.name)
// The service's clock stands still, so its token is good for as long as the client thinks.
const token = await http.token(administrator)
const { resources, communication } = connectAzure(
  {
    ca: authority.certificate,
    http: (method, path, options = {}) => httpsRequest(new URL(path, url), authority.certificate, method, options),
    quickstart: {
      https: { url },
      tenantId: A.tenantId,
      subscriptionId: A.subscriptionId,
      administrator: { applicationId: administrator.applicationId, clientSecret: administrator.secret },
    },
  },
  { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
)

async function putGroup(fault: Error): Promise<unknown> {
  const failing = mock.method(http.storage, 'atomically', () => Promise.reject(fault))
  try {
    return await resources.resourceGroups.createOrUpdate(`group-${randomUUID()}`, { location: 'westeurope' })
  } finally {
    failing.mock.restore()
  }
}

async function listWithoutDirectory(): Promise<unknown> {
  const fault = new StoreError('unavailable', 'the inside')
  const failing = mock.method(http.storage.read.directory, 'readLogin', () => Promise.reject(fault))
  try {
    return await collect(resources.resourceGroups.list())
  } finally {
    failing.mock.restore()
  }
}

async function verifyWithoutDns(): Promise<unknown> {
  const [group, service, domain] = ['faults', 'faults', 'contoso.example.test'] as const
  await resources.resourceGroups.createOrUpdate(group, { location: 'westeurope' })
  const location = { location: 'global' }
  await communication.emailServices.beginCreateOrUpdateAndWait(group, service, { ...location, dataLocation: 'Europe' })
  const put = { ...location, domainManagement: 'CustomerManaged' }
  await communication.domains.beginCreateOrUpdateAndWait(group, service, domain, put)
  return communication.domains.beginInitiateVerificationAndWait(group, service, domain, { verificationType: 'Domain' })
}

/** Nothing of the cause. */
const says = /^(?!.*the inside)/s

checkRefusals([
  {
    name: 'the store does not answer',
    status: 503,
    code: 'ServiceUnavailable',
    says,
    call: () => putGroup(new StoreError('unavailable', 'the inside')),
  },
  {
    name: 'the credential behind the token cannot be looked up',
    status: 503,
    code: 'ServiceUnavailable',
    says,
    call: listWithoutDirectory,
  },
  {
    name: 'the store is full',
    status: 507,
    code: 'InsufficientStorage',
    says,
    call: () => putGroup(new StoreError('full', 'the inside')),
  },
  { name: 'no DNS server answers', status: 503, code: 'DnsUnavailable', call: verifyWithoutDns },
  { name: 'a bug', status: 500, code: 'InternalServerError', says, call: () => putGroup(new TypeError('the inside')) },
])
