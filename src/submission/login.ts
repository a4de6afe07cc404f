// From a username to the communication service, application and tenant it names. No cache, no I/O before the grammar has passed,
// and one store read whatever the outcome. Azure: the three-part username and the SmtpUsername resource.

import { parseSmtpUsername } from '../identity/smtp-username.ts'
import { repairSmtpUsername } from '../identity/smtp-username-repair.ts'
import type { RejectReason } from '../identity/identity.ts'
import type { CommunicationServiceRef, ResourceReader } from '../storage/storage.ts'
import type { TraceStep } from './decision-trace.ts'

/** Stands for identifiers that were not found, so that the walk does the same work to its end. No object ever has it. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

/** What a username turned out to name. `reason` is set when it does not lead to one service of one tenant. */
export type ResolvedLogin = {
  readonly service: CommunicationServiceRef | undefined
  readonly applicationId: string
  readonly tenantId: string
  /** What a device with this name sends as where its own address may not. */
  readonly defaultFrom?: string
  readonly reason?: RejectReason
  readonly steps: readonly TraceStep[]
  /** Of a stored one: when it was made, in milliseconds since the epoch. */
  readonly usernameMadeAt?: number
  /** For the trace: the username when it has a known form, else its shape. */
  readonly shownUsername: string
  /** What was probably meant, where the username is of no known form. */
  readonly repaired?: string
}

const passed = (step: TraceStep['step'], detail: string): TraceStep => ({ step, passed: true, detail })
const failed = (step: TraceStep['step'], detail: string): TraceStep => ({ step, passed: false, detail })

/** Says what a username that fits no form looks like without repeating it: it may be a password in the wrong field. */
export function describeShape(username: string): string {
  const count = (separator: string) => username.split(separator).length - 1
  return `(${username.length} characters, ${count('.')} dots, ${count('|')} pipes, ${count('@')} at signs)`
}

export async function resolveLogin(resources: ResourceReader, username: string): Promise<ResolvedLogin> {
  const parts = parseSmtpUsername(username)
  return parts === undefined ? resolveAlias(resources, username) : resolveParts(resources, username, parts)
}

async function resolveAlias(resources: ResourceReader, username: string): Promise<ResolvedLogin> {
  const alias = await resources.findSmtpUsername(username)
  if (alias === undefined) {
    const shape = describeShape(username)
    const repaired = repairSmtpUsername(username)
    const detail = `${shape} is neither <resource>.<application id>.<tenant id> nor a stored SMTP username`
    return {
      service: undefined,
      applicationId: NOBODY,
      tenantId: NOBODY,
      reason: 'unknown-username',
      steps: [failed('username', detail)],
      shownUsername: shape,
      ...(repaired === undefined ? {} : { repaired }),
    }
  }
  const named = passed('username', `SMTP username of ${alias.service.id}`)
  const { createdAt: usernameMadeAt, ...login } = alias
  return checkTenant({ ...login, usernameMadeAt, steps: [named], shownUsername: username })
}

async function resolveParts(
  resources: ResourceReader,
  username: string,
  parts: { resourceName: string; applicationId: string; tenantId: string },
): Promise<ResolvedLogin> {
  const service = await resources.findCommunicationService(parts.resourceName)
  const named = passed(
    'username',
    `resource ${parts.resourceName}, application ${parts.applicationId}, tenant ${parts.tenantId}`,
  )
  if (service !== undefined) return checkTenant({ ...parts, service, steps: [named], shownUsername: username })
  const missing = failed('resource', `there is no communication service named ${parts.resourceName}`)
  return {
    service: undefined,
    applicationId: parts.applicationId,
    tenantId: parts.tenantId,
    reason: 'unknown-resource',
    steps: [named, missing],
    shownUsername: username,
  }
}

/** Tenants are walls: the username's tenant must be that of the resource's subscription, for aliases too. */
function checkTenant(login: {
  readonly service: CommunicationServiceRef
  readonly applicationId: string
  readonly tenantId: string
  readonly defaultFrom?: string
  readonly usernameMadeAt?: number
  readonly steps: readonly TraceStep[]
  readonly shownUsername: string
}): ResolvedLogin {
  const found = [...login.steps, passed('resource', login.service.id)]
  if (login.service.tenantId === login.tenantId)
    return { ...login, steps: [...found, passed('tenant', login.tenantId)] }
  const detail = `the username names tenant ${login.tenantId}, the resource belongs to tenant ${login.service.tenantId}`
  return { ...login, reason: 'tenant-mismatch', steps: [...found, failed('tenant', detail)] }
}
