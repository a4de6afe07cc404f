// Who made and who last changed something of Microsoft.Authorization, as it is shown. Azure: control-plane reference §6.2, §6.3.

import type { Change, ChangeStamp } from '../../storage/storage.ts'

/** What the store will say of it once `change` is written. `before` is what it replaces. */
export function stampAfter(
  { at, principalId }: Change,
  before: { readonly stamp?: ChangeStamp } | undefined,
): { readonly stamp?: ChangeStamp } {
  const updated = { updatedAt: at, updatedBy: principalId }
  if (before === undefined) return { stamp: { createdAt: at, createdBy: principalId, ...updated } }
  return before.stamp === undefined ? {} : { stamp: { ...before.stamp, ...updated } }
}

/** All null for what is code, and where nobody knows. */
export function stampForm(stamp: ChangeStamp | undefined): object {
  return {
    createdOn: stamp === undefined ? null : new Date(stamp.createdAt).toISOString(),
    updatedOn: stamp === undefined ? null : new Date(stamp.updatedAt).toISOString(),
    createdBy: stamp?.createdBy ?? null,
    updatedBy: stamp?.updatedBy ?? null,
  }
}
