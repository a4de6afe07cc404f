// Before a role assignment is removed: whether somebody can no longer send mail here afterwards, and how lately they did.

import { Body1, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { Api } from '../../api/api.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { DevicesInUse } from '../../parts/devices.tsx'
import { type Principal, usePrincipals } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { useCredentials } from '../directory/credentials.ts'
import type { AccessCheck } from './access-check.ts'
import { assignmentTexts } from './assignment-texts.ts'
import { useRoleWords } from './built-in-roles.ts'
import { useCellStyles } from './cell-styles.ts'
import { guidOf, isSameScope, pathsAt, type RoleAssignment, VERSION } from './model.ts'
import { useRolesById } from './roles.ts'
import { useScopeLabel } from './scope-words.tsx'

export function RemoveAssignment(props: {
  readonly id: string
  readonly assignment: RoleAssignment
  readonly onClose: () => void
}) {
  const { id, assignment, onClose } = props
  const t = useTexts(assignmentTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const { nameOf } = useRoleWords()
  const { principalId, principalType, roleDefinitionId, scope } = assignment.properties
  const scopeLabel = useScopeLabel(scope)
  const found = usePrincipals([principalId]).get(principalId)
  const principal = found ?? { id: principalId, kind: principalType, name: principalId, detail: '' }
  const role = useRolesById(id, [roleDefinitionId]).get(guidOf(roleDefinitionId))
  const removal = useAction({
    run: () => api.call('DELETE', assignment.id, { query: VERSION }),
    said: () => t.removed,
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.removeTitle}
      verb={common.remove}
      isBusy={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.loses(principal.name, role === undefined ? guidOf(roleDefinitionId) : nameOf(role))}</Body1>
      {!isSameScope(scope, id) && <Body1>{t.inheritedFrom(scopeLabel)}</Body1>}
      <Breaks id={id} assignment={assignment} principal={principal} />
    </ConfirmDialog>
  )
}

function Breaks(props: { readonly id: string; readonly assignment: RoleAssignment; readonly principal: Principal }) {
  const { id, assignment, principal } = props
  const t = useTexts(assignmentTexts)
  const outlook = useOutlook(id, assignment)
  if (outlook.isPending) return <Spinner label={t.looking} />
  if (outlook.isError) return <Body1>{t.unsure}</Body1>
  const { now, afterwards } = outlook.data
  if (!now) return <Body1>{t.sendsNot(principal.name)}</Body1>
  if (afterwards) return <Body1>{t.stillSends(principal.name)}</Body1>
  return (
    <>
      <Body1>{principal.kind === 'Group' ? t.membersStop(principal.name) : t.stopsSending(principal.name)}</Body1>
      {principal.kind === 'ServicePrincipal' && principal.detail !== '' && <Uses applicationId={principal.detail} />}
    </>
  )
}

function useOutlook(id: string, { name, properties }: RoleAssignment) {
  return useQuery(outlookQuery(useApi(), id, properties, [name]))
}

/** Whether the principal may send here, now and without the assignments. */
export function outlookQuery(
  api: Api,
  id: string,
  { principalId, principalType }: Pick<RoleAssignment['properties'], 'principalId' | 'principalType'>,
  without: readonly string[],
) {
  const ask = (names: readonly string[], signal: AbortSignal) => {
    const json = { principalId, principalType, without: names }
    return api.call<AccessCheck>('POST', pathsAt(id).checkAccess, { json, signal })
  }
  return {
    queryKey: ['outlook', id, principalId, without],
    staleTime: 0,
    queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
      const [now, afterwards] = await Promise.all([ask([], signal), ask(without, signal)])
      return { now: now.allowed, afterwards: afterwards.allowed }
    },
  }
}

const DAY = 86_400_000

/** What its secrets and certificates did lately. */
export function Uses({ applicationId }: { readonly applicationId: string }) {
  const t = useTexts(assignmentTexts)
  const styles = useCellStyles()
  const { fromNow } = useFormats()
  const credentials = useCredentials(applicationId)
  if (credentials.data === undefined) return null
  const used = credentials.data.flatMap(({ keyId, displayName, hint, lastUse }) =>
    lastUse !== null && Date.now() - Date.parse(lastUse.at) < DAY
      ? [{ keyId, name: displayName ?? hint ?? t.unnamed, ...lastUse }]
      : [],
  )
  if (used.length === 0) return <Body1>{t.notUsed}</Body1>
  return (
    <>
      <Body1>{t.usedLately(used.length)}</Body1>
      <ul className={styles.plain}>
        {used.map(({ keyId, name, at, door }) => (
          <li key={keyId}>{t.lastUse(name, fromNow(at), t.doors[door])}</li>
        ))}
      </ul>
      <DevicesInUse applicationId={applicationId} />
    </>
  )
}
