// Certificates that an application signs in with: made here, put on it as `az ad app credential reset --cert` does.

import { createCertificate, type TestCertificate } from '../../src/http/entra/assertion.fixture.ts'
import { expectStatus } from './article.ts'
import type { Graph } from './azure-clients.ts'

const HOUR = 3_600_000

export const createCurrentCertificate = (): Promise<TestCertificate> =>
  createCertificate(Date.now() - HOUR, Date.now() + HOUR)

/** The list as a whole: it replaces what was there. */
export async function registerCertificate(graph: Graph, objectId: string, { der }: TestCertificate): Promise<void> {
  const key = Buffer.from(der).toString('base64')
  const keyCredentials = [{ type: 'AsymmetricX509Cert', usage: 'Verify', key, displayName: 'CN=test' }]
  await expectStatus(graph('PATCH', `/applications/${objectId}`, { keyCredentials }), 204)
}

/** As `ClientCertificateCredential` takes it. */
export const pemOf = ({ privateKeyPem, certificatePem }: TestCertificate): string =>
  `${privateKeyPem}\n${certificatePem}\n`
