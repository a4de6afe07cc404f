// Who made and who last changed something of Microsoft.Authorization, as it is shown. Azure: control-plane reference §6.2, §6.3.

import type { ChangeStamp } from '../../storage/storage.ts'

/** All null for what is code, and where nobody knows. */
export function stampForm(stamp: ChangeStamp | undefined): object {
  return {
    createdOn: stamp === undefined ? null : new Date(stamp.createdAt).toISOString(),
    updatedOn: stamp === undefined ? null : new Date(stamp.updatedAt).toISOString(),
    createdBy: stamp?.createdBy ?? null,
    updatedBy: stamp?.updatedBy ?? null,
  }
}
