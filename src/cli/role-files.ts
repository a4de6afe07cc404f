// A role definition as people write it in a file: with the capitalised keys of `az` and PowerShell, flat as `az` prints it, or in the
// shape of the REST API. All become what the API takes. Azure: control-plane reference §3.3, §6.2.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isGuid } from './directory-lookup.ts'
import { type Failure, failed } from './failure.ts'
import { type PermissionAnswer, permission } from './role-lookup.ts'

const scopes = z.array(z.string().startsWith('/')).min(1)
const flat = z.object({ assignableScopes: scopes, description: z.string().default('') })

/** After the first letter of every key was made small. */
const shapes = z.union([
  z.object({
    name: z.string().optional(),
    properties: flat.extend({ roleName: z.string(), permissions: z.array(permission).min(1) }),
  }),
  flat.extend({ name: z.string().optional(), roleName: z.string(), permissions: z.array(permission).min(1) }),
  flat.extend({ name: z.string(), id: z.string().nullish() }).and(permission),
])

export type RoleDocument = {
  readonly type: 'role'
  /** The GUID, when the file gives one. */
  readonly name: string | undefined
  readonly properties: {
    readonly roleName: string
    readonly description: string
    readonly permissions: readonly PermissionAnswer[]
    readonly assignableScopes: readonly string[]
  }
}

/** `file` may begin with `@`, as with `az`. */
export function readRoleFile(file: string): RoleDocument | Failure {
  const path = file.replace(/^@/, '')
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'), smallFirstLetters)
  } catch (error) {
    const what = error instanceof SyntaxError ? `${path} is not JSON` : `Cannot read ${path}`
    return failed(`${what}: ${(error as Error).message}`, 'Name a JSON file with --role-definition.')
  }
  const parsed = shapes.safeParse(value)
  if (parsed.success) return documentOf(parsed.data)
  return failed(
    `${path} is not a role definition.`,
    'It needs Name, Actions or DataActions, and AssignableScopes; or roleName, permissions and assignableScopes.',
  )
}

function documentOf(data: z.infer<typeof shapes>): RoleDocument {
  if ('properties' in data) return { type: 'role', name: guidOf(data.name), properties: data.properties }
  const { description, assignableScopes } = data
  if ('permissions' in data) {
    const { roleName, permissions } = data
    return {
      type: 'role',
      name: guidOf(data.name),
      properties: { roleName, description, permissions, assignableScopes },
    }
  }
  const { actions, notActions, dataActions, notDataActions } = data
  const permissions = [{ actions, notActions, dataActions, notDataActions }]
  const properties = { roleName: data.name, description, permissions, assignableScopes }
  return { type: 'role', name: guidOf(data.id ?? undefined), properties }
}

function guidOf(text: string | undefined): string | undefined {
  const last = text?.slice(text.lastIndexOf('/') + 1)
  return last !== undefined && isGuid(last) ? last : undefined
}

function smallFirstLetters(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.slice(0, 1).toLowerCase() + name.slice(1), member as unknown]),
  )
}
