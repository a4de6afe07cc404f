// The three-part SMTP username: which communication service, which application, which tenant. Pure grammar, read from the right and
// bounded, so that a hostile name costs nothing and reaches no store. It does not know whether any of the three exists.
// Azure: the parts are separated by `|` or by `.`; a service's name has no dot (data-plane reference §1.2).

import { canonicalGuid } from '../resources/guid.ts'

export type SmtpUsernameParts = {
  /** As written; compared without regard to case. */
  readonly resourceName: string
  /** GUIDs in lower case. */
  readonly applicationId: string
  readonly tenantId: string
}

const RESOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/
const MAX_LENGTH = 63 + 2 * (1 + 36)

/** Undefined for any other shape: the caller then looks for a stored SMTP username. */
export function parseSmtpUsername(text: string): SmtpUsernameParts | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const [resourceName, application, tenant] = splitFromTheRight(text)
  const applicationId = canonicalGuid(application)
  const tenantId = canonicalGuid(tenant)
  if (applicationId === undefined || tenantId === undefined || !RESOURCE_NAME.test(resourceName)) return undefined
  return { resourceName, applicationId, tenantId }
}

/** At two pipes when there are exactly two, else at the last two dots; parts that are not there are empty. */
function splitFromTheRight(text: string): readonly [string, string, string] {
  const byPipe = text.split('|')
  const parts = byPipe.length === 3 ? byPipe : text.split('.')
  return [parts.slice(0, -2).join('.'), parts.at(-2) ?? '', parts.at(-1) ?? '']
}

export function formatSmtpUsername(parts: SmtpUsernameParts, separator: '.' | '|'): string {
  return [parts.resourceName, parts.applicationId, parts.tenantId].join(separator)
}
