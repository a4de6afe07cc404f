// Runs `list-subscriptions.ts` as a process of its own, which learns of the service and of its credential from variables alone.

import { fileURLToPath } from 'node:url'
import { startProcess } from '../fixtures/postern-process.ts'
import { type AzureService, originOf } from './azure-clients.ts'

const SCRIPT = fileURLToPath(new URL('list-subscriptions.ts', import.meta.url))

export type ScriptTarget = AzureService['quickstart'] & { readonly caFile: string; readonly applicationId: string }

/** `variables` are those of the credential. */
export async function listSubscriptions(
  kind: 'default' | 'environment',
  target: ScriptTarget,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await startProcess([process.execPath, SCRIPT, kind], {
    NODE_EXTRA_CA_CERTS: target.caFile,
    AZURE_AUTHORITY_HOST: originOf({ quickstart: target }),
    AZURE_TENANT_ID: target.tenantId,
    AZURE_CLIENT_ID: target.applicationId,
    ...variables,
  }).ended
  return { code, stdout, stderr }
}
