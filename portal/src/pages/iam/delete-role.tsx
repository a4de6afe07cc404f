// Before a custom role is deleted: how many role assignments use it, of those that the person may see. The API counts them all.

import { Body1, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { pathsAt, type RoleAssignment, type RoleDefinition, VERSION } from './model.ts'
import { roleTexts } from './role-texts.ts'

/** Of the API. */
const MOST = 1000
/** A role that can be assigned in more places is not looked for in all of them. */
const MOST_SCOPES = 20

export function DeleteRole(props: {
  readonly id: string
  readonly role: RoleDefinition
  readonly onClose: () => void
}) {
  const { id, role, onClose } = props
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const { roleName } = role.properties
  const uses = useQuery({
    queryKey: ['uses of a role', role.name],
    queryFn: async ({ signal }) => {
      const query = { ...VERSION, $top: MOST, $filter: `roleDefinitionId eq '${role.name}'` }
      const answers = await Promise.all(
        role.properties.assignableScopes
          .slice(0, MOST_SCOPES)
          .map((scope) =>
            api.call<{ value: readonly RoleAssignment[] }>('GET', pathsAt(scope).roleAssignments, { query, signal }),
          ),
      )
      return new Set(answers.flatMap(({ value }) => value.map(({ name }) => name))).size
    },
  })
  const removal = useAction({
    run: () => api.call('DELETE', `${pathsAt(id).roleDefinitions}/${role.name}`, { query: VERSION }),
    said: () => t.deleted(roleName),
    onDone: onClose,
  })
  const count = uses.data ?? 0
  const isSure = uses.isSuccess && role.properties.assignableScopes.length <= MOST_SCOPES
  return (
    <ConfirmDialog
      title={t.deleteTitle(roleName)}
      verb={common.delete}
      isBusy={removal.isPending || uses.isPending || count > 0}
      error={removal.error}
      onConfirm={() => removal.mutate(undefined)}
      onClose={onClose}
    >
      {uses.isPending ? (
        <Spinner label={common.loading} />
      ) : (
        <Body1>{count > 0 ? t.inUse(count) : isSure ? t.notInUse : t.maybeInUse}</Body1>
      )}
    </ConfirmDialog>
  )
}
