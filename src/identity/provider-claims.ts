// From what a provider's token says to the ids that role assignments name. Those are GUIDs; a provider whose ids are anything else gets
// one for each of them, always the same, made from its own name and the id. RFC 9562 §5.5 (version 5, the URL namespace).

import { createHash } from 'node:crypto'
import { canonicalGuid } from '../resources/guid.ts'

const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/** More than any provider names; what is beyond is left out. */
const MOST_GROUPS = 200
const LONGEST_ID = 256

export function guidOfId(issuer: string, id: string): string {
  const guid = canonicalGuid(id)
  if (guid !== undefined) return guid
  const octets = createHash('sha1').update(URL_NAMESPACE).update(`${issuer}#${id}`).digest().subarray(0, 16)
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x50
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Undefined for anything that is no id. */
export function principalOf(issuer: string, claim: unknown): string | undefined {
  return isId(claim) ? guidOfId(issuer, claim) : undefined
}

/** The groups of a claim that is a list of ids or a single one. */
export function groupsOf(issuer: string, claim: unknown): readonly string[] {
  const ids = (Array.isArray(claim) ? (claim as unknown[]) : [claim]).filter(isId)
  return [...new Set(ids.slice(0, MOST_GROUPS).map((id) => guidOfId(issuer, id)))]
}

const isId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_ID
