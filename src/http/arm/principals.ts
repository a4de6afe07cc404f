// What kind of principal an object id is. Where a provider that is somewhere else proves the logins of a tenant, its principals are not
// in the directory here: what the caller says of one is believed, since nobody but the provider could say otherwise, and an id that
// nobody has gives nobody anything. Azure: the same happens where `principalType` is given, control-plane reference §6.3.

import type { PrincipalType } from '../../access/access.ts'
import type { HttpDependencies } from '../dependencies.ts'

export type PrincipalDependencies = Pick<HttpDependencies, 'storage' | 'configuredProviders'>

const TYPES: readonly PrincipalType[] = ['ServicePrincipal', 'Group', 'User']

/** `declared` is compared without regard to case; without it an unknown principal is an application. */
export async function findPrincipalType(
  dependencies: PrincipalDependencies,
  tenantId: string,
  principalId: string,
  declared: string | null | undefined,
): Promise<PrincipalType | undefined> {
  const here = await dependencies.storage.read.roles.readPrincipalType(tenantId, principalId)
  if (here !== undefined || !(await isElsewhere(dependencies, tenantId))) return here
  if (!declared) return 'ServicePrincipal'
  return TYPES.find((type) => type.toLowerCase() === declared.toLowerCase())
}

async function isElsewhere(
  { storage, configuredProviders }: PrincipalDependencies,
  tenantId: string,
): Promise<boolean> {
  if (configuredProviders.has(tenantId)) return configuredProviders.get(tenantId) !== undefined
  const { settings } = await storage.read.directory.readIdentityProvider(tenantId)
  return settings !== undefined && settings['provider'] !== 'embedded'
}
