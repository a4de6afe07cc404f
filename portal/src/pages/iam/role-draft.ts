// A custom role while it is being written: what it begins with, what is still missing, and the JSON that is sent for it.

import { joinPermissions, NO_PERMISSION, PARTS, type Part, type Permission, type RoleDefinition } from './model.ts'

export type RoleDraft = {
  readonly roleName: string
  readonly description: string
  readonly permission: Permission
  readonly assignableScopes: readonly string[]
}

export const emptyDraft = (scope: string): RoleDraft => ({
  roleName: '',
  description: '',
  permission: NO_PERMISSION,
  assignableScopes: [scope],
})

/** With a name of its own, assignable where it is made. */
export const draftOfClone = ({ properties }: RoleDefinition, scope: string): RoleDraft => ({
  ...emptyDraft(scope),
  description: properties.type === 'CustomRole' ? properties.description : '',
  permission: joinPermissions(properties.permissions),
})

export const draftOf = ({ properties }: RoleDefinition): RoleDraft => ({
  roleName: properties.roleName,
  description: properties.description,
  permission: joinPermissions(properties.permissions),
  assignableScopes: properties.assignableScopes,
})

export const hasPermission = (permission: Permission): boolean =>
  permission.actions.length > 0 || permission.dataActions.length > 0

export function bodyOf({ roleName, description, permission, assignableScopes }: RoleDraft) {
  return { properties: { roleName, description, assignableScopes, permissions: [permission] } }
}

/** Undefined for what is no role. Whether there are such actions is for the API to say. */
export function readBody(text: string): RoleDraft | undefined {
  try {
    const { properties } = JSON.parse(text) as { properties: Record<string, unknown> }
    const { roleName = '', description = '', assignableScopes = [], permissions = [] } = properties
    if (typeof roleName !== 'string' || typeof description !== 'string') return undefined
    if (!isTexts(assignableScopes) || !Array.isArray(permissions)) return undefined
    const blocks = permissions.map(readPermission)
    if (blocks.some((block) => block === undefined)) return undefined
    return { roleName, description, assignableScopes, permission: joinPermissions(blocks.filter((one) => one != null)) }
  } catch {
    return undefined
  }
}

function readPermission(block: unknown): Permission | undefined {
  const given = block as Partial<Record<Part, unknown>>
  const parts = PARTS.map((part) => [part, given[part] ?? []] as const)
  return parts.every(([, patterns]) => isTexts(patterns)) ? (Object.fromEntries(parts) as Permission) : undefined
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** Each once, in whatever case it was written. */
export function addPatterns(permission: Permission, added: Partial<Permission>): Permission {
  const joined = (part: Part) => {
    const known = new Set(permission[part].map((pattern) => pattern.toLowerCase()))
    return [...permission[part], ...(added[part] ?? []).filter((pattern) => !known.has(pattern.toLowerCase()))]
  }
  return {
    actions: joined('actions'),
    notActions: joined('notActions'),
    dataActions: joined('dataActions'),
    notDataActions: joined('notDataActions'),
  }
}
