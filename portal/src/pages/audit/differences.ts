// What differs between two states, member by member. Lists of plain values are compared as a whole, and shown so. Pure.

export type Difference = {
  /** `properties.linkedDomains`, `permissions[0].actions` */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly before?: string
  readonly after?: string
}

export function differences(before: unknown, after: unknown): readonly Difference[] {
  const [old, now] = [leavesOf(before), leavesOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path): Difference[] => {
    const [was, is] = [old.get(path), now.get(path)]
    if (was === is) return []
    if (was === undefined) return [{ path, kind: 'added', after: is ?? '' }]
    if (is === undefined) return [{ path, kind: 'removed', before: was }]
    return [{ path, kind: 'changed', before: was, after: is }]
  })
}

function leavesOf(value: unknown, path = ''): ReadonlyMap<string, string> {
  if (value === null || value === undefined) return new Map()
  if (typeof value !== 'object') return new Map([[path, textOf(path, value)]])
  if (Array.isArray(value) && value.every((one) => one === null || typeof one !== 'object'))
    return value.length === 0 ? new Map() : new Map([[path, value.join('\n')]])
  const members = Array.isArray(value)
    ? value.map((one, index) => [`${path}[${index}]`, one] as const)
    : Object.entries(value).map(([name, one]) => [path === '' ? name : `${path}.${name}`, one] as const)
  return new Map(members.flatMap(([place, one]) => [...leavesOf(one, place)]))
}

/** Moments are milliseconds since the epoch where they are stored. */
function textOf(path: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && path.endsWith('At') && value > 1e11 && value < 1e14)
    return new Date(value).toISOString()
  return JSON.stringify(value)
}
