// Credentials as our own API tells them: more than Graph has, the last use above all. Reports are parts of the list.

import { z } from 'zod'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'

const lastUse = z.object({ at: z.string(), network: z.string(), door: z.string(), username: z.string().nullable() })
const credential = z.object({
  kind: z.string(),
  keyId: z.string(),
  displayName: z.string().nullable(),
  hint: z.string().nullable(),
  startDateTime: z.string().nullable(),
  endDateTime: z.string().nullable(),
  applicationId: z.string(),
  applicationName: z.string(),
  lastUse: lastUse.nullable(),
  unusedSince: z.string().nullable(),
  supersededBy: z.string().nullable(),
})
export type ListedCredential = z.infer<typeof credential>
const credentialList = z.object({ value: z.array(credential) })

export type CredentialList = {
  readonly type: 'credentials'
  readonly credentials: readonly ListedCredential[]
  /** The same ones, as the API gave them. */
  readonly body: readonly unknown[]
}

/** Times in milliseconds. With several, a credential that fits any of them is in the report; with none, every one. */
export type Report = {
  readonly unused?: number
  readonly expiring?: number
  readonly superseded?: true
}

/** Of one application, or of all. */
export async function listCredentials(
  api: Api,
  applicationId: string | undefined,
  report: Report,
  now: number,
): Promise<CredentialList | Failure> {
  const answer = await api.list('/providers/Postern.Mail/credentials', { applicationId })
  if (answer.type === 'failed') return answer
  const parsed = credentialList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('credentials')
  const { value: given } = answer.body as { readonly value: readonly unknown[] }
  const chosen = [...parsed.data.value.entries()].filter(([, one]) => isIn(report, one, now))
  return {
    type: 'credentials',
    credentials: chosen.map(([, one]) => one),
    body: chosen.map(([index]) => given[index]),
  }
}

function isIn({ unused, expiring, superseded }: Report, one: ListedCredential, now: number): boolean {
  if (unused === undefined && expiring === undefined && superseded === undefined) return true
  const end = one.endDateTime === null ? Number.POSITIVE_INFINITY : Date.parse(one.endDateTime)
  if (end <= now) return false
  return (
    (unused !== undefined && one.unusedSince !== null && Date.parse(one.unusedSince) <= now - unused) ||
    (expiring !== undefined && end <= now + expiring) ||
    (superseded === true && one.supersededBy !== null)
  )
}
