// Before several role assignments are removed at once: who can no longer send mail here when all of them are gone, and who loses nothing
// of that.

import { Body1, makeStyles, Spinner, tokens } from '@fluentui/react-components'
import { useQueries, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { type Principal, usePrincipals } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { assignmentTexts } from './assignment-texts.ts'
import { useCellStyles } from './cell-styles.ts'
import { isSameScope, type RoleAssignment, VERSION } from './model.ts'
import { outlookQuery, Uses } from './remove-assignment.tsx'
import { useScopeLabel } from './scope-words.tsx'

const useStyles = makeStyles({ group: { display: 'grid', gap: tokens.spacingVerticalXS } })

export function RemoveAssignments(props: {
  readonly id: string
  readonly assignments: readonly RoleAssignment[]
  readonly onClose: () => void
}) {
  const { id, assignments, onClose } = props
  const t = useTexts(assignmentTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const queries = useQueryClient()
  const removal = useAction({
    run: async () => {
      try {
        for (const assignment of assignments) await api.call('DELETE', assignment.id, { query: VERSION })
      } catch (error) {
        // Some are gone: the list behind the dialog says which.
        await queries.invalidateQueries()
        throw error
      }
      return assignments.length
    },
    said: t.removedSome,
    onDone: onClose,
  })
  const above = new Set(
    assignments.map(({ properties }) => properties.scope).filter((scope) => !isSameScope(scope, id)),
  )
  return (
    <ConfirmDialog
      title={t.removeSomeTitle(assignments.length)}
      verb={common.remove}
      isBusy={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate(undefined)}
      onClose={onClose}
    >
      <Outlook id={id} assignments={assignments} />
      {[...above].map((scope) => (
        <Inherited key={scope} scope={scope} />
      ))}
    </ConfirmDialog>
  )
}

function Inherited({ scope }: { readonly scope: string }) {
  const t = useTexts(assignmentTexts)
  return <Body1>{t.someInheritedFrom(useScopeLabel(scope))}</Body1>
}

function Outlook({ id, assignments }: { readonly id: string; readonly assignments: readonly RoleAssignment[] }) {
  const t = useTexts(assignmentTexts)
  const holders = useHolders(assignments)
  const api = useApi()
  const without = assignments.map(({ name }) => name)
  const answers = useQueries({
    queries: holders.map(({ id: principalId, kind: principalType }) =>
      outlookQuery(api, id, { principalId, principalType }, without),
    ),
  })
  if (answers.some(({ isPending }) => isPending)) return <Spinner label={t.looking} />
  const those = (fits: (answer: { now: boolean; afterwards: boolean } | undefined) => boolean) =>
    holders.filter((_holder, index) => fits(answers[index]?.data))
  return (
    <>
      <Holders text={t.theseStop} holders={those((one) => one?.now === true && !one.afterwards)}>
        {({ kind, detail }) => kind === 'ServicePrincipal' && detail !== '' && <Uses applicationId={detail} />}
      </Holders>
      <Holders text={t.theseStill} holders={those((one) => one?.afterwards === true)} />
      <Holders text={t.theseNot} holders={those((one) => one?.now === false && !one.afterwards)} />
      <Holders text={t.theseUnsure} holders={those((one) => one === undefined)} />
    </>
  )
}

/** Each once, however many of the roles are theirs. */
function useHolders(assignments: readonly RoleAssignment[]): readonly Principal[] {
  const found = usePrincipals(assignments.map(({ properties }) => properties.principalId))
  const unnamed = assignments.map(({ properties: { principalId, principalType } }) => ({
    id: principalId,
    kind: principalType,
    name: principalId,
    detail: '',
  }))
  return [...new Map(unnamed.map((holder) => [holder.id, found.get(holder.id) ?? holder])).values()]
}

function Holders(props: {
  readonly text: string
  readonly holders: readonly Principal[]
  readonly children?: (holder: Principal) => ReactNode
}) {
  const { text, holders, children } = props
  const styles = useStyles()
  const cells = useCellStyles()
  if (holders.length === 0) return null
  return (
    <div className={styles.group}>
      <Body1>{text}</Body1>
      <ul className={cells.plain}>
        {holders.map((holder) => (
          <li key={holder.id}>
            <div>{holder.name}</div>
            {children?.(holder)}
          </li>
        ))}
      </ul>
    </div>
  )
}
