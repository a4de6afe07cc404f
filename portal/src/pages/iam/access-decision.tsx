// A decision as the API took it: yes or no, what is missing, and for every action which role assignments were looked at.

import { Body1, makeStyles, Subtitle2, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { DataTable } from '../../parts/data-table.tsx'
import { type Principal, usePrincipals } from '../../parts/principals.ts'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { AccessCheck, AccessDecision } from './access-check.ts'
import { useCellStyles } from './cell-styles.ts'
import { checkTexts } from './check-texts.ts'
import { iamTexts } from './iam-texts.ts'
import { type DenyAssignment, pathsAt, VERSION } from './model.ts'
import { ScopeWords } from './scope-words.tsx'

const useStyles = makeStyles({
  verdict: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  action: { overflowWrap: 'anywhere' },
})

export function AccessDecisionView(props: {
  readonly id: string
  readonly principal: Principal
  /** Undefined for sending. */
  readonly action: string | undefined
  readonly answer: AccessCheck
}) {
  const { id, principal, action, answer } = props
  const t = useTexts(checkTexts)
  const styles = useStyles()
  const cells = useCellStyles()
  const { allowed, decisions } = answer
  const { name } = principal
  const sentence =
    action === undefined ? (allowed ? t.maySend : t.mayNotSend)(name) : (allowed ? t.mayDo : t.mayNotDo)(name, action)
  return (
    <section className={cells.wide} aria-live="polite">
      <div className={styles.verdict}>
        <StateBadge look={allowed ? 'good' : 'bad'} text={allowed ? t.allowed : t.denied} />
        <Body1 className={styles.action}>{sentence}</Body1>
      </div>
      {answer.send !== undefined && <SendReasons send={answer.send} decisions={decisions} isAllowed={allowed} />}
      <Subtitle2 as="h4" className={cells.heading}>
        {t.reasons}
      </Subtitle2>
      {decisions.map((decision) => (
        <ActionDecision
          key={`${decision.kind} ${decision.action}`}
          id={id}
          decision={decision}
          principalId={answer.principalId}
        />
      ))}
    </section>
  )
}

/** What a deny assignment takes away is not had by another role: of that the decisions below tell. */
function SendReasons(props: {
  readonly send: NonNullable<AccessCheck['send']>
  readonly decisions: readonly AccessDecision[]
  readonly isAllowed: boolean
}) {
  const { send, decisions, isAllowed } = props
  const t = useTexts(checkTexts)
  const cells = useCellStyles()
  if (isAllowed) return <Body1>{send.via === 'dataAction' ? t.viaDataAction : t.viaActions}</Body1>
  const isDenied = (name: string) => decisions.some(({ action, deniedBy }) => action === name && deniedBy !== undefined)
  const missing = send.missingActions.filter((action) => !isDenied(action))
  return (
    <>
      {[...send.missingActions, send.dataAction].some(isDenied) && <Body1>{t.someDenied}</Body1>}
      {missing.length > 0 && (
        <>
          <Body1>{t.missing}</Body1>
          <ul className={cells.plain}>
            {missing.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      {!isDenied(send.dataAction) && <Body1 className={cells.wrap}>{t.instead(send.dataAction)}</Body1>}
    </>
  )
}

function ActionDecision(props: {
  readonly id: string
  readonly decision: AccessDecision
  readonly principalId: string
}) {
  const { id, decision, principalId } = props
  const t = useTexts(checkTexts)
  const iam = useTexts(iamTexts)
  const styles = useStyles()
  const cells = useCellStyles()
  const { allowed, action, kind, considered, deniedBy } = decision
  const groups = usePrincipals(considered.map((one) => one.principalId).filter((one) => one !== principalId))
  const through = (groupId: string) =>
    groupId === principalId ? '' : ` (${t.through(groups.get(groupId)?.name ?? groupId)})`
  return (
    <div className={cells.wide}>
      <div className={styles.verdict}>
        <StateBadge look={allowed ? 'good' : 'bad'} text={allowed ? t.allowed : t.denied} />
        <Body1 className={styles.action}>
          {t.kinds[kind]}: {action}
        </Body1>
      </div>
      {deniedBy !== undefined && <DeniedBy id={id} name={deniedBy} />}
      {considered.length === 0 ? (
        <Body1>{t.noneConsidered}</Body1>
      ) : (
        <DataTable
          label={`${iam.tabs.assignments}: ${action}`}
          items={considered}
          keyOf={({ assignmentName }) => assignmentName}
          columns={[
            {
              key: 'role',
              header: iam.role,
              cell: (one) => <span className={cells.wrap}>{one.roleName + through(one.principalId)}</span>,
            },
            {
              key: 'scope',
              header: iam.scope,
              cell: ({ scope, verdict }) => (
                <span className={cells.wrap}>
                  {verdict === 'out of scope' ? scope : <ScopeWords scope={scope} seenFrom={id} />}
                </span>
              ),
            },
            {
              key: 'verdict',
              header: t.verdict,
              cell: ({ verdict }) => <span className={cells.wrap}>{t.verdicts[verdict]}</span>,
            },
          ]}
        />
      )}
    </div>
  )
}

/** By its own name where it can be read. */
function DeniedBy({ id, name }: { readonly id: string; readonly name: string }) {
  const t = useTexts(checkTexts)
  const api = useApi()
  const { data } = useQuery({
    queryKey: [pathsAt(id).denyAssignments, 'at scope'],
    queryFn: ({ signal }) =>
      api.call<{ value: readonly DenyAssignment[] }>('GET', pathsAt(id).denyAssignments, {
        query: { ...VERSION, $filter: 'atScope()' },
        signal,
      }),
  })
  const deny = data?.value.find((one) => one.name === name)
  return <Body1>{t.deniedBy(deny?.properties.denyAssignmentName ?? name)}</Body1>
}
