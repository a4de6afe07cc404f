// Which role assignments of a tenant are asked for: all of them, or those that several conditions let through, by role and name, in pages.

export type RoleAssignmentQuery = {
  /** At one of these scopes, as `scopeChain` gives them. */
  readonly at?: readonly string[]
  /** Or at or below this one. */
  readonly under?: string
  readonly principalIds?: readonly string[]
  readonly roleDefinitionName?: string
  /** The last one of the page before. */
  readonly after?: { readonly roleDefinitionName: string; readonly name: string } | undefined
  readonly limit?: number
}
