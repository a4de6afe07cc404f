// The right to send that an access key gives: to send through the one communication service that it belongs to, for as long as the key
// and the service are there. No role is asked for, since the key is the service's own and no principal of a directory holds it; whoever
// may read a key is decided where keys are listed. Azure: access keys know no role-based access control.

import { type AccessKeys, accessKeyPrincipal } from '../keys/access-keys.ts'
import { underFaults } from './faults.ts'
import type { SubmissionService } from './submission.ts'
import type { Evaluation } from './verdict.ts'

/** `service` was found by its name; `keyId` is of the key that signed. */
export async function evaluateAccessKey(
  walk: Pick<SubmissionService, 'directory' | 'findFaults'> & { readonly accessKeys: AccessKeys },
  service: { readonly id: string; readonly name: string; readonly tenantId: string },
  keyId: string,
): Promise<Evaluation> {
  try {
    // Read before the keys: a change in between makes the verdict stale, never too young.
    const epoch = await walk.directory.readEpoch(service.tenantId)
    const keys = await walk.accessKeys(service.id)
    if (epoch === undefined || !keys.some((key) => key.keyId === keyId)) return gone(keyId)
    const id = accessKeyPrincipal(service.id)
    const principal = { tenantId: service.tenantId, principalId: id, applicationId: id, displayName: 'access key' }
    const credential = { principal, keyId, notAfter: Number.MAX_SAFE_INTEGER }
    const evaluateAgain = () => evaluateAccessKey(walk, service, keyId)
    const verdict = { username: service.name, service, credential, epoch, senders: new Map(), evaluateAgain }
    const faults = await walk.findFaults?.({ tenantId: service.tenantId, applicationId: id, resourceId: service.id })
    return underFaults({ type: 'granted', verdict }, faults ?? [], undefined)
  } catch (error) {
    const detail = `temporarily unavailable: ${error instanceof Error ? error.message : 'the store did not answer'}`
    return {
      type: 'unavailable',
      reason: 'unavailable',
      login: undefined,
      steps: [{ step: 'credential', passed: false, detail }],
    }
  }
}

const gone = (keyId: string): Evaluation => ({
  type: 'rejected',
  reason: 'wrong-secret',
  login: undefined,
  steps: [{ step: 'credential', passed: false, detail: `the access key ${keyId} is no key of the resource any more` }],
})
