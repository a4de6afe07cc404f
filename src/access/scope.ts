// Which scopes stand above a scope: a resource, its parents, its resource group, its subscription, the root of its tenant. Scopes
// compare without regard to case; a trailing or repeated slash changes nothing. Management groups are not supported: a scope at or
// below one has no chain, and an assignment there reaches nothing. Whose root `/` is follows from whose facts are asked.
// Azure: control-plane reference §6.7, step 1.

import { parseResourceId, ROOT_SCOPE, scopeKey } from '../resources/resource-id.ts'

const MANAGEMENT_GROUPS = '/providers/microsoft.management/managementgroups/'

/** The scope and everything above it in the form they are compared in, nearest first; empty for what is no scope. */
export function scopeChain(scope: string): readonly string[] {
  const id = parseResourceId(scope.toLowerCase())
  if (id === undefined) return scopeKey(scope) === ROOT_SCOPE ? [ROOT_SCOPE] : []
  return id.id.startsWith(MANAGEMENT_GROUPS) ? [] : [id.id, ...id.ancestors]
}

/** The compared form of a scope that is only looked up in a chain, where nothing but a scope is ever found. */
export function comparableScope(scope: string): string {
  const lower = scope.toLowerCase()
  if (!lower.includes('//') && !lower.endsWith('/')) return lower
  return lower.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}
