// The tenant that a path of the token service names: whether it can be one, stands for any, or is not here. RFC 1123 §2.1.
// Azure: data-plane reference §3.4.

import type { Storage } from '../../storage/storage.ts'
import { type TokenRefusal, tokenRefusals } from './token-error.ts'

/** Names that stand for any tenant. */
export const SHARED_TENANTS: readonly string[] = ['common', 'organizations', 'consumers']

/** Azure: a tenant may also be called by a domain name, which has a dot in it. */
const TENANT = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-z-]{1,63}(?:\.[0-9a-z-]{1,63}){1,126})$/

/** The refusal for what is no tenant of ours, else undefined. */
export async function checkTenant({ read }: Pick<Storage, 'read'>, tenant: string): Promise<TokenRefusal | undefined> {
  if (SHARED_TENANTS.includes(tenant)) return tokenRefusals.sharedTenant
  if (tenant.length > 253 || !TENANT.test(tenant)) return tokenRefusals.malformedTenant
  return (await read.directory.readTenant(tenant)) === undefined ? tokenRefusals.unknownTenant(tenant) : undefined
}
