// The table of role assignments: below the name of each role those who hold it.

import {
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components'
import { DeleteRegular } from '@fluentui/react-icons'
import { Fragment, type ReactNode } from 'react'
import { SelectAll, SelectOne, type Selection } from '../../parts/data-table.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PrincipalWords } from '../../parts/principal-picker.tsx'
import { type Principal, principalTexts, usePrincipals } from '../../parts/principals.ts'
import { useSession } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { assignmentTexts } from './assignment-texts.ts'
import { useRoleWords } from './built-in-roles.ts'
import { iamTexts } from './iam-texts.ts'
import { guidOf, RIGHTS, type RoleAssignment } from './model.ts'
import { RolePanelButton } from './role-panel.tsx'
import { useRolesById } from './roles.ts'
import { ScopeWords } from './scope-words.tsx'

const useStyles = makeStyles({
  frame: { overflowX: 'auto' },
  table: { minWidth: '680px' },
  group: { backgroundColor: tokens.colorNeutralBackground2 },
  remove: { width: '112px' },
  cell: { whiteSpace: 'normal', overflowWrap: 'anywhere', paddingBlock: tokens.spacingVerticalXS },
})

/** One by its button, several by their boxes. */
type Removal = {
  readonly onRemove: (assignment: RoleAssignment) => void
  /** By their ids. */
  readonly selected: ReadonlySet<string>
  readonly onSelect: (selected: ReadonlySet<string>) => void
}

export function AssignmentTable(props: {
  readonly id: string
  readonly assignments: readonly RoleAssignment[]
  /** Without it nothing can be removed. */
  readonly removal?: Removal
}) {
  const { id, assignments, removal } = props
  const t = useTexts(iamTexts)
  const styles = useStyles()
  const principals = usePrincipals(assignments.map(({ properties }) => properties.principalId))
  const roles = useRolesById(
    id,
    assignments.map(({ properties }) => properties.roleDefinitionId),
  )
  const { nameOf } = useRoleWords()
  const selection = useSelection(assignments, removal, (one) => {
    const { principalId, roleDefinitionId } = one.properties
    const role = roles.get(guidOf(roleDefinitionId))
    return [principals.get(principalId)?.name ?? principalId, role === undefined ? '' : nameOf(role)]
  })
  const groups = Map.groupBy(assignments, ({ properties }) => guidOf(properties.roleDefinitionId))
  return (
    <div className={styles.frame} role="region" aria-label={t.tabs.assignments} tabIndex={0}>
      <Table aria-label={t.tabs.assignments} size="small" className={styles.table}>
        <Headers assignments={assignments} {...(selection && { selection })} />
        <TableBody>
          {[...groups].map(([name, members]) => {
            const role = roles.get(name)
            return (
              <Fragment key={name}>
                <TableRow className={styles.group}>
                  <TableHeaderCell colSpan={removal ? 6 : 4} scope="colgroup">
                    {role === undefined ? name : nameOf(role)}
                  </TableHeaderCell>
                </TableRow>
                {members.map((assignment) => (
                  <Row
                    key={assignment.id}
                    id={id}
                    assignment={assignment}
                    principal={principals.get(assignment.properties.principalId)}
                    role={role === undefined ? name : <RolePanelButton role={role} />}
                    {...(removal && { onRemove: removal.onRemove })}
                    {...(selection && { selection })}
                  />
                ))}
              </Fragment>
            )
          })}
        </TableBody>
      </Table>
    </div>
  )
}

function Headers(props: { readonly assignments: readonly RoleAssignment[]; readonly selection?: Selection }) {
  const { assignments, selection } = props
  const t = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <TableHeader>
      <TableRow>
        {selection && <SelectAll selection={selection} keys={assignments.map(({ id }) => id)} />}
        {[t.name, t.type, t.role, t.scope].map((one) => (
          <TableHeaderCell key={one}>{one}</TableHeaderCell>
        ))}
        {selection && <TableHeaderCell className={styles.remove}>{common.remove}</TableHeaderCell>}
      </TableRow>
    </TableHeader>
  )
}

/** Each box is called by who holds what. */
function useSelection(
  assignments: readonly RoleAssignment[],
  removal: Removal | undefined,
  namesOf: (one: RoleAssignment) => readonly [holder: string, role: string],
): Selection | undefined {
  const t = useTexts(assignmentTexts)
  if (removal === undefined) return undefined
  const labelOf = (key: string) => {
    const one = assignments.find(({ id }) => id === key)
    return one === undefined ? key : t.select(...namesOf(one))
  }
  return { selected: removal.selected, onSelect: removal.onSelect, label: t.selectAll, labelOf }
}

function Row(props: {
  readonly id: string
  readonly assignment: RoleAssignment
  readonly principal: Principal | undefined
  readonly role: ReactNode
  readonly onRemove?: (assignment: RoleAssignment) => void
  readonly selection?: Selection
}) {
  const { id, assignment, principal, role, onRemove, selection } = props
  const t = useTexts(assignmentTexts)
  const { unknownPrincipal } = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const kinds = useTexts(principalTexts)
  const session = useSession()
  const styles = useStyles()
  const { principalId, principalType, scope, description } = assignment.properties
  // Who may not read the directory still knows who they are.
  const known = principalId === session.userId ? { name: session.name, detail: session.userName } : undefined
  const unknown = { name: principalId, detail: unknownPrincipal }
  const shown = principal ?? { id: principalId, kind: principalType, ...(known ?? unknown) }
  return (
    <TableRow>
      {selection && <SelectOne selection={selection} row={assignment.id} />}
      <TableCell className={styles.cell}>
        <PrincipalWords principal={shown} isKindShown={false} />
        {description && <div>{description}</div>}
      </TableCell>
      <TableCell className={styles.cell}>{kinds[principalType]}</TableCell>
      <TableCell className={styles.cell}>{role}</TableCell>
      <TableCell className={styles.cell}>
        <ScopeWords scope={scope} seenFrom={id} />
      </TableCell>
      {onRemove && (
        <TableCell>
          <GuardedButton
            scope={scope}
            right={RIGHTS.deleteAssignment}
            appearance="subtle"
            size="small"
            icon={<DeleteRegular />}
            aria-label={t.remove(shown.name)}
            onClick={() => onRemove(assignment)}
          >
            {common.remove}
          </GuardedButton>
        </TableCell>
      )}
    </TableRow>
  )
}
