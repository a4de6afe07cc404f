// Role definitions, role assignments and deny assignments as they are shown. Azure: control-plane reference §6.2 to §6.5.

import { z } from 'zod'
import { named, time } from '../responses.ts'

const patterns = z.array(z.string())
const permission = { actions: patterns, notActions: patterns, dataActions: patterns, notDataActions: patterns }
/** There are no conditions here; clients look for the members. */
const noCondition = { condition: z.null(), conditionVersion: z.null() }

const stamp = {
  createdOn: time.nullable(),
  updatedOn: time.nullable(),
  createdBy: z.string().nullable(),
  updatedBy: z.string().nullable(),
}
const identity = { id: z.string(), type: z.string(), name: z.string() }

/** A block of a role that the caller holds. */
export const heldPermissionSchema = named('Permission', z.object({ ...permission, ...noCondition }))

export const roleDefinitionSchema = named(
  'RoleDefinition',
  z.object({
    ...identity,
    properties: z.object({
      roleName: z.string(),
      type: z.enum(['BuiltInRole', 'CustomRole']),
      description: z.string(),
      assignableScopes: z.array(z.string()),
      permissions: z.array(z.object(permission)),
      ...stamp,
    }),
  }),
)

const principalType = z.enum(['User', 'Group', 'ServicePrincipal'])

export const roleAssignmentSchema = named(
  'RoleAssignment',
  z.object({
    ...identity,
    properties: z.object({
      roleDefinitionId: z.string(),
      principalId: z.guid(),
      principalType,
      scope: z.string(),
      description: z.string().nullable(),
      ...noCondition,
      ...stamp,
    }),
  }),
)

/** The type is null once the principal is gone. */
const principal = z.object({
  id: z.guid(),
  type: z.enum([...principalType.options, 'SystemDefined']).nullable(),
})

export const denyAssignmentSchema = named(
  'DenyAssignment',
  z.object({
    ...identity,
    properties: z.object({
      denyAssignmentName: z.string(),
      description: z.string(),
      permissions: z.array(z.object(permission)),
      scope: z.string(),
      doNotApplyToChildScopes: z.boolean(),
      principals: z.array(principal),
      excludePrincipals: z.array(principal),
      isSystemProtected: z.literal(false),
      ...noCondition,
      ...stamp,
    }),
  }),
)
