// Role assignments that hold here, grouped by role: who, of which kind, and where the assignment is. Searched and filtered by the API.

import { Body1, Button, Dropdown, Field, Option, SearchBox, Spinner, Text } from '@fluentui/react-components'
import { DeleteRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { MissingRights } from '../../parts/principal-picker.tsx'
import {
  GUID,
  PRINCIPAL_KINDS,
  type PrincipalKind,
  principalTexts,
  usePrincipalSearch,
} from '../../parts/principals.ts'
import { useSettled } from '../../parts/use-settled.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { AssignmentTable } from './assignment-table.tsx'
import { assignmentTexts } from './assignment-texts.ts'
import { useCellStyles } from './cell-styles.ts'
import { iamTexts } from './iam-texts.ts'
import { pathsAt, RIGHTS, type RoleAssignment, type RoleDefinition, VERSION } from './model.ts'
import { RemoveAssignment } from './remove-assignment.tsx'
import { RemoveAssignments } from './remove-assignments.tsx'
import { RoleChoice } from './role-choice.tsx'

/** Of each kind; so many fit into one filter. */
const MOST_FOUND = 15
/** So many the API takes for gone when it is asked what is left. */
const MOST_REMOVED = 100

export function AssignmentsTab({ id }: { readonly id: string }) {
  const t = useTexts(assignmentTexts)
  const common = useTexts(commonTexts)
  const [text, setText] = useState('')
  const [kind, setKind] = useState<PrincipalKind | undefined>()
  const [role, setRole] = useState<RoleDefinition | undefined>()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [doomed, setDoomed] = useState<readonly RoleAssignment[]>([])
  const { pages, search, isSearching, isNothing } = useAssignments(id, useSettled(text.trim()), kind, role)
  return (
    <>
      <Body1>{t.intro}</Body1>
      <Filter id={id} text={text} onText={setText} kind={kind} onKind={setKind} role={role} onRole={setRole} />
      {search.hasMore && <Body1>{t.tooMany}</Body1>}
      <MissingRights rights={search.missing} />
      {pages.isError && <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
      {(isSearching || (pages.isPending && !isNothing)) && <Spinner label={common.loading} />}
      {!isSearching && (isNothing || (pages.isSuccess && pages.items.length === 0)) && <Text>{t.noneFound}</Text>}
      {!isSearching && !isNothing && pages.items.length > 0 && (
        <>
          <RemoveSelected id={id} chosen={pages.items.filter((one) => selected.has(one.id))} onRemove={setDoomed} />
          <AssignmentTable
            id={id}
            assignments={pages.items}
            removal={{ onRemove: (one) => setDoomed([one]), selected, onSelect: setSelected }}
          />
        </>
      )}
      {!isNothing && pages.hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {common.loadMore}
        </Button>
      )}
      <Removal id={id} doomed={doomed} onClose={() => setDoomed([])} />
    </>
  )
}

function RemoveSelected(props: {
  readonly id: string
  readonly chosen: readonly RoleAssignment[]
  readonly onRemove: (chosen: readonly RoleAssignment[]) => void
}) {
  const { id, chosen, onRemove } = props
  const t = useTexts(assignmentTexts)
  const scopes = chosen.map(({ properties }) => properties.scope)
  return (
    <div>
      <GuardedButton
        scope={scopes.length === 0 ? id : scopes}
        right={RIGHTS.deleteAssignment}
        icon={<DeleteRegular />}
        disabled={chosen.length === 0 || chosen.length > MOST_REMOVED}
        onClick={() => onRemove(chosen)}
      >
        {t.removeSelected(chosen.length)}
      </GuardedButton>
      {chosen.length > MOST_REMOVED && <Text> {t.atMost(MOST_REMOVED)}</Text>}
    </div>
  )
}

function Removal(props: {
  readonly id: string
  readonly doomed: readonly RoleAssignment[]
  readonly onClose: () => void
}) {
  const { id, doomed, onClose } = props
  const [only, ...more] = doomed
  if (only === undefined) return null
  if (more.length > 0) return <RemoveAssignments id={id} assignments={doomed} onClose={onClose} />
  return <RemoveAssignment id={id} assignment={only} onClose={onClose} />
}

/** Names are the directory's: who is looked for there first, then what is assigned to them. */
function useAssignments(id: string, text: string, kind: PrincipalKind | undefined, role: RoleDefinition | undefined) {
  const kinds = kind === undefined ? PRINCIPAL_KINDS : [kind]
  const search = usePrincipalSearch(text, kinds, { limit: MOST_FOUND, enabled: text !== '' })
  const isSearching = text !== '' && search.isPending
  // An object id is one even where the directory is not to be read.
  const ids = GUID.test(text)
    ? [text, ...search.found.map(({ id: found }) => found)]
    : search.found.map((one) => one.id)
  const isNothing = text !== '' && !search.isPending && ids.length === 0
  const terms = [
    'atScope()',
    ...(kind === undefined ? [] : [`principalType eq '${kind}'`]),
    ...(role === undefined ? [] : [`roleDefinitionId eq '${role.name}'`]),
    ...(text === '' ? [] : [`principalId in (${ids.map((one) => `'${one}'`).join(',')})`]),
  ]
  const pages = usePages<RoleAssignment>(
    pathsAt(id).roleAssignments,
    { ...VERSION, $top: 100, $filter: terms.join(' and ') },
    { enabled: !isSearching && !isNothing },
  )
  return { pages, search, isSearching, isNothing }
}

function Filter(props: {
  readonly id: string
  readonly text: string
  readonly onText: (text: string) => void
  readonly kind: PrincipalKind | undefined
  readonly onKind: (kind: PrincipalKind | undefined) => void
  readonly role: RoleDefinition | undefined
  readonly onRole: (role: RoleDefinition | undefined) => void
}) {
  const { id, text, onText, kind, onKind, role, onRole } = props
  const t = useTexts(assignmentTexts)
  const iam = useTexts(iamTexts)
  const kinds = useTexts(principalTexts)
  const styles = useCellStyles()
  return (
    <search className={styles.filter}>
      <Field label={t.search}>
        <SearchBox value={text} onChange={(_event, { value }) => onText(value)} />
      </Field>
      <Field label={iam.type}>
        <Dropdown
          value={kind === undefined ? iam.all : kinds[kind]}
          selectedOptions={[kind ?? '']}
          onOptionSelect={(_event, { optionValue }) => onKind(PRINCIPAL_KINDS.find((one) => one === optionValue))}
        >
          <Option value="">{iam.all}</Option>
          {PRINCIPAL_KINDS.map((one) => (
            <Option key={one} value={one}>
              {kinds[one]}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <RoleChoice id={id} label={iam.role} chosen={role} all={iam.all} onChoose={onRole} />
    </search>
  )
}
