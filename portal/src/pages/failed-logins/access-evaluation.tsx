// How the right to send was evaluated: on which scope and those above it, what was required, which role assignments were looked at, and
// what each of them gave.

import { makeStyles, MessageBar, MessageBarBody, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { usePrincipals } from '../../parts/principals.ts'
import { StateBadge } from '../../parts/state-badge.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useTexts } from '../../texts/language.tsx'
import type { Access, AssignmentTrace } from './decision.ts'
import { accessTexts } from './texts.ts'

const useStyles = makeStyles({
  list: { display: 'grid', gap: tokens.spacingVerticalXS, margin: 0, paddingLeft: tokens.spacingHorizontalXL },
  actions: { listStyleType: 'none', padding: 0 },
  action: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, overflowWrap: 'anywhere' },
})

export function AccessEvaluation({ access }: { readonly access: Access }) {
  const t = useTexts(accessTexts)
  const { assignments, deniedBy, scope } = access
  const columns = useColumns(assignments)
  return (
    <>
      {deniedBy !== undefined && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <ForeignText text={t.denied(deniedBy)} />
          </MessageBarBody>
        </MessageBar>
      )}
      <ScopeChain scope={scope} />
      <Required access={access} />
      <Subtitle2 as="h3">{t.assignments}</Subtitle2>
      {assignments.length === 0 ? (
        <Text>{t.none}</Text>
      ) : (
        <DataTable
          label={t.assignments}
          items={assignments}
          keyOf={({ assignmentName, roleName, scope: at }) => `${assignmentName} ${roleName} ${at}`}
          columns={columns}
        />
      )}
      <div>
        <Link to={addressOf(scope, 'iam')}>{t.openIam}</Link>
      </div>
    </>
  )
}

/** From the resource up to the root of the tenant. */
function ScopeChain({ scope }: { readonly scope: string }) {
  const t = useTexts(accessTexts)
  const styles = useStyles()
  const parts = scope.split('/')
  const chain = [parts.length, 9, 5, 3].filter((end, index) => index === 0 || end < parts.length)
  return (
    <div>
      <Text>{t.scopeChain}</Text>
      <ul className={styles.list}>
        {chain.map((end) => {
          const id = parts.slice(0, end).join('/')
          return (
            <li key={id}>
              <Link to={addressOf(id)}>
                <Breakable text={id} />
              </Link>
            </li>
          )
        })}
        <li>{t.tenantRoot}</li>
      </ul>
    </div>
  )
}

/** Breaks where a path may. */
function Breakable({ text }: { readonly text: string }) {
  return text.split('/').map((part, index) => (
    <Fragment key={index}>
      {index > 0 && (
        <>
          <wbr />/
        </>
      )}
      {part}
    </Fragment>
  ))
}

function Required({ access: { requiredActions, missingActions, dataAction } }: { readonly access: Access }) {
  const t = useTexts(accessTexts)
  const styles = useStyles()
  const isMissing = (action: string) => missingActions.includes(action)
  return (
    <>
      <Subtitle2 as="h3">{t.required}</Subtitle2>
      <ul className={`${styles.list} ${styles.actions}`}>
        {(requiredActions ?? missingActions).map((action) => (
          <li key={action} className={styles.action}>
            <StateBadge look={isMissing(action) ? 'bad' : 'good'} text={isMissing(action) ? t.missing : t.granted} />
            <Text>{action}</Text>
          </li>
        ))}
      </ul>
      <Text>{t.orData(dataAction)}</Text>
    </>
  )
}

function useColumns(assignments: readonly AssignmentTrace[]): readonly Column<AssignmentTrace>[] {
  const t = useTexts(accessTexts)
  const principals = usePrincipals(assignments.map(({ principalId }) => principalId))
  const wordsOf = (verdict: string) => t.verdicts[verdict as keyof typeof t.verdicts] ?? verdict
  return [
    { key: 'role', header: t.role, width: 180, cell: ({ roleName }) => <ForeignText text={roleName} /> },
    {
      key: 'result',
      header: t.result,
      width: 240,
      cell: ({ verdict }) => <StateBadge look={verdict === 'granted' ? 'good' : 'none'} text={wordsOf(verdict)} />,
    },
    {
      key: 'holder',
      header: t.heldBy,
      width: 200,
      cell: ({ principalId }) => <ForeignText text={principals.get(principalId)?.name ?? principalId} />,
    },
    { key: 'scope', header: t.scope, width: 300, cell: ({ scope }) => <span title={scope}>{scope}</span> },
  ]
}
