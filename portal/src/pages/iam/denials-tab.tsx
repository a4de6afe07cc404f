// Deny assignments that hold here: who is denied what, in detail, and deleting one.

import { Body1, Button, Subtitle2 } from '@fluentui/react-components'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { usePrincipals } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useCellStyles } from './cell-styles.ts'
import { denyTexts } from './deny-texts.ts'
import { iamTexts } from './iam-texts.ts'
import { type DenyAssignment, EVERYONE, joinPermissions, pathsAt, RIGHTS, VERSION } from './model.ts'
import { PermissionTable } from './permission-table.tsx'
import { ScopeWords } from './scope-words.tsx'

type Denied = DenyAssignment['properties']['principals']

export function DenialsTab({ id }: { readonly id: string }) {
  const t = useTexts(denyTexts)
  const iam = useTexts(iamTexts)
  const styles = useCellStyles()
  const [viewed, setViewed] = useState<DenyAssignment | undefined>()
  const [doomed, setDoomed] = useState<DenyAssignment | undefined>()
  const pages = usePages<DenyAssignment>(pathsAt(id).denyAssignments, { ...VERSION, $filter: 'atScope()' })
  return (
    <>
      <Body1>{t.intro}</Body1>
      <PagedTable
        label={iam.tabs.denials}
        pages={pages}
        keyOf={({ name }) => name}
        empty={t.empty}
        columns={[
          {
            key: 'name',
            header: iam.name,
            cell: ({ properties }) => <span className={styles.wrap}>{properties.denyAssignmentName}</span>,
          },
          { key: 'denied', header: t.denied, cell: ({ properties }) => <Count principals={properties.principals} /> },
          {
            key: 'scope',
            header: iam.scope,
            cell: ({ properties }) => <ScopeWords scope={properties.scope} seenFrom={id} />,
          },
          {
            key: 'actions',
            width: 160,
            header: '…',
            cell: (deny) => <Actions deny={deny} onView={setViewed} onDelete={setDoomed} />,
          },
        ]}
      />
      {viewed !== undefined && <DenyPanel deny={viewed} onClose={() => setViewed(undefined)} />}
      {doomed !== undefined && <DeleteDeny deny={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  )
}

function Actions(props: {
  readonly deny: DenyAssignment
  readonly onView: (deny: DenyAssignment) => void
  readonly onDelete: (deny: DenyAssignment) => void
}) {
  const { deny, onView, onDelete } = props
  const iam = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const { denyAssignmentName, scope } = deny.properties
  return (
    <>
      <Button
        appearance="subtle"
        size="small"
        aria-label={`${iam.view}: ${denyAssignmentName}`}
        onClick={() => onView(deny)}
      >
        {iam.view}
      </Button>
      <GuardedButton
        scope={scope}
        right={RIGHTS.deleteDeny}
        appearance="subtle"
        size="small"
        aria-label={`${common.delete}: ${denyAssignmentName}`}
        onClick={() => onDelete(deny)}
      >
        {common.delete}
      </GuardedButton>
    </>
  )
}

function Count({ principals }: { readonly principals: Denied }) {
  const t = useTexts(denyTexts)
  return <>{principals.some(({ id }) => id === EVERYONE) ? t.everyone : t.count(principals.length)}</>
}

function DenyPanel({ deny, onClose }: { readonly deny: DenyAssignment; readonly onClose: () => void }) {
  const t = useTexts(denyTexts)
  const iam = useTexts(iamTexts)
  const styles = useCellStyles()
  const { denyAssignmentName, description, scope, doNotApplyToChildScopes } = deny.properties
  return (
    <DetailPanel title={denyAssignmentName} onClose={onClose}>
      <Essentials
        items={[
          { label: iam.description, value: description || iam.noDescription },
          { label: iam.scope, value: scope },
          { label: t.below, value: doNotApplyToChildScopes ? t.hereOnly : t.hereAndBelow },
          { label: t.denied, value: <Names principals={deny.properties.principals} /> },
          { label: t.excluded, value: <Names principals={deny.properties.excludePrincipals} /> },
        ]}
      />
      <Subtitle2 as="h3" className={styles.heading}>
        {t.steps.permissions}
      </Subtitle2>
      <PermissionTable permission={joinPermissions(deny.properties.permissions)} />
    </DetailPanel>
  )
}

function Names({ principals }: { readonly principals: Denied }) {
  const t = useTexts(denyTexts)
  const iam = useTexts(iamTexts)
  const names = usePrincipals(principals.map(({ id }) => id).filter((id) => id !== EVERYONE))
  if (principals.length === 0) return <>{iam.noDescription}</>
  const nameOf = ({ id, type }: Denied[number]) => {
    if (id === EVERYONE) return t.everyone
    return names.get(id)?.name ?? (type === null ? `${id} (${t.gone})` : id)
  }
  return (
    <>
      {principals.map((principal) => (
        <div key={principal.id}>{nameOf(principal)}</div>
      ))}
    </>
  )
}

function DeleteDeny({ deny, onClose }: { readonly deny: DenyAssignment; readonly onClose: () => void }) {
  const t = useTexts(denyTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const { denyAssignmentName, principals } = deny.properties
  const removal = useAction({
    run: () => api.call('DELETE', deny.id, { query: VERSION }),
    said: () => t.deleted(denyAssignmentName),
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.deleteTitle(denyAssignmentName)}
      verb={common.delete}
      isBusy={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.deleteBreaks}</Body1>
      <Names principals={principals} />
    </ConfirmDialog>
  )
}
