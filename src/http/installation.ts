// What belongs to the whole installation and to no tenant: its metrics, attempts that named no tenant. Open: it is for the
// installation's administrator, and no such role exists yet. Where there is one tenant, its root is the installation.

import type { Storage } from '../storage/storage.ts'
import { authorize, type Caller, type Operation, TENANT_ROOT } from './authorization.ts'
import { forbidden, type Refusal } from './refusal.ts'

/** The refusal of what the caller may not do in all of the installation, else undefined. */
export async function authorizeInInstallation(
  { read }: Pick<Storage, 'read'>,
  caller: Caller,
  operation: Operation,
): Promise<Refusal | undefined> {
  const refusal = authorize(caller, operation, TENANT_ROOT)
  if (refusal !== undefined) return refusal
  const tenants = await read.directory.listTenants()
  return tenants.length === 1 ? undefined : SEVERAL_TENANTS
}

const SEVERAL_TENANTS = forbidden(
  'This is about the whole installation, which has several tenants: no role in one of them reaches it.',
)
