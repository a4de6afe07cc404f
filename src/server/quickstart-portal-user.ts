// The quickstart's administrator as a person: a user of the directory who signs in to the portal, with a password that was made, not
// chosen, and that `quickstart.json` repeats at every start.

import { randomUUID } from 'node:crypto'
import { POSTERN_ADMINISTRATOR } from '../access/built-in-roles.ts'
import { hashUserPassword } from '../identity/user-password.ts'
import type { Change, Writers } from '../storage/storage.ts'

export type PortalUser = { readonly userName: string; readonly password: string }

type PlannedUser = PortalUser & { readonly objectId: string; readonly hash: string }

/** `domain`: the managed one; the name is not an address that anybody reads. */
export async function planPortalUser(
  { random, pepper }: { readonly random: (count: number) => Uint8Array; readonly pepper: Uint8Array },
  domain: string,
): Promise<PlannedUser> {
  const password = Buffer.from(random(15)).toString('base64url')
  return {
    userName: `admin@${domain}`,
    password,
    objectId: randomUUID(),
    hash: await hashUserPassword(password, pepper, random),
  }
}

/** Everything that the administrator of the quickstart may do, this one may. */
export function createPortalUser(
  write: Pick<Writers, 'directory' | 'signIns' | 'roles'>,
  change: Change,
  tenantId: string,
  { objectId, userName, hash }: PlannedUser,
): void {
  void write.directory.createUser(change, {
    objectId,
    tenantId,
    userPrincipalName: userName,
    displayName: 'Administrator',
    accountEnabled: true,
    createdAt: change.at,
    facts: {},
  })
  void write.signIns.putPassword(change, tenantId, objectId, { hash, changedAt: change.at, mustChange: false })
  void write.roles.putRoleAssignment(change, tenantId, {
    name: randomUUID(),
    scope: '/',
    roleDefinitionName: POSTERN_ADMINISTRATOR.name,
    principalId: objectId,
    principalType: 'User',
  })
}
