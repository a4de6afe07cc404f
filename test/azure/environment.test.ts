// A script in a process of its own that knows its credential by the variables of `@azure/identity` alone: secret, certificate, and what is
// refused. The variables of a federated credential are in federation.test.ts. Azure: control-plane reference §2.1.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startService, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { assignRole, createSender, READER, roleIdOf } from './article.ts'
import { administratorCredential, connectAzure, connectGraph } from './azure-clients.ts'
import { createCurrentCertificate, pemOf, registerCertificate } from './certificates.ts'
import { listSubscriptions } from './run-script.ts'

const service = await startService({ after })
const { subscriptionId } = service.quickstart
const credential = administratorCredential(service)
const graph = connectGraph(service, credential)
const sender = await createSender(graph)
await assignRole(
  connectAzure(service, credential),
  `/subscriptions/${subscriptionId}`,
  roleIdOf(subscriptionId, READER),
  { id: sender.principalId, type: 'ServicePrincipal' },
)

const target = { ...service.quickstart, applicationId: sender.applicationId }
const secret = { AZURE_CLIENT_SECRET: sender.clientSecret }

for (const kind of ['default', 'environment'] as const) {
  test(`${kind}: a secret in AZURE_CLIENT_SECRET`, async () => {
    assert.deepEqual(await listSubscriptions(kind, target, secret), {
      code: 0,
      stdout: `${subscriptionId}\n`,
      stderr: '',
    })
  })

  test(`${kind}: a certificate in the file of AZURE_CLIENT_CERTIFICATE_PATH`, async (context) => {
    const certificate = await createCurrentCertificate()
    await registerCertificate(graph, sender.objectId, certificate)
    const file = join(temporaryDirectory(context), 'client.pem')
    writeFileSync(file, pemOf(certificate), { mode: 0o600 })
    const ran = await listSubscriptions(kind, target, { AZURE_CLIENT_CERTIFICATE_PATH: file })
    assert.deepEqual(ran, { code: 0, stdout: `${subscriptionId}\n`, stderr: '' })
  })
}

test('environment: a wrong secret ends with its AADSTS code', async () => {
  const { code, stderr } = await listSubscriptions('environment', target, { AZURE_CLIENT_SECRET: 'not-the-secret' })
  assert.equal(code, 1)
  assert.match(stderr, /AADSTS7000215/)
})
