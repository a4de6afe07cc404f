// Check access: one's own roles here, and for any principal and any action the decision of the API with its reasons.

import {
  Body1,
  Button,
  Card,
  Checkbox,
  Field,
  Input,
  Radio,
  RadioGroup,
  Spinner,
  Subtitle1,
} from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { Failure } from '../../parts/failure.tsx'
import { PrincipalPicker, PrincipalWords } from '../../parts/principal-picker.tsx'
import type { Principal } from '../../parts/principals.ts'
import { useApi, useSession } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import type { AccessCheck, AccessQuestion } from './access-check.ts'
import { AccessDecisionView } from './access-decision.tsx'
import { AssignmentTable } from './assignment-table.tsx'
import { useCatalogue } from './catalogue.ts'
import { useCellStyles } from './cell-styles.ts'
import { checkTexts } from './check-texts.ts'
import { pathsAt, type RoleAssignment, VERSION } from './model.ts'

export function CheckAccessTab({ id }: { readonly id: string }) {
  const t = useTexts(checkTexts)
  const styles = useCellStyles()
  const session = useSession()
  const [isMineOpen, setIsMineOpen] = useState(false)
  return (
    <>
      <Card className={styles.stack}>
        <Subtitle1 as="h3" className={styles.heading}>
          {t.mine}
        </Subtitle1>
        <Body1>{t.mineIntro}</Body1>
        <Button onClick={() => setIsMineOpen(true)}>{t.viewMine}</Button>
      </Card>
      <Card className={styles.wide}>
        <Subtitle1 as="h3" className={styles.heading}>
          {t.check}
        </Subtitle1>
        <Body1>{t.checkIntro}</Body1>
        <Check id={id} />
      </Card>
      {isMineOpen && (
        <DetailPanel title={t.mine} onClose={() => setIsMineOpen(false)}>
          <AssignmentsOf id={id} principalId={session.userId} empty={t.noneOfMine} />
        </DetailPanel>
      )}
    </>
  )
}

/** Its own and those of its groups. */
function AssignmentsOf(props: { readonly id: string; readonly principalId: string; readonly empty: string }) {
  const { id, principalId, empty } = props
  const common = useTexts(commonTexts)
  const pages = usePages<RoleAssignment>(pathsAt(id).roleAssignments, {
    ...VERSION,
    $filter: `atScope() and assignedTo('${principalId}')`,
  })
  if (pages.isPending) return <Spinner label={common.loading} />
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />
  if (pages.items.length === 0) return <Body1>{empty}</Body1>
  return (
    <>
      <AssignmentTable id={id} assignments={pages.items} />
      {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{common.loadMore}</Button>}
    </>
  )
}

type Asked = { readonly principal: Principal; readonly action: string | undefined; readonly answer: AccessCheck }

function Check({ id }: { readonly id: string }) {
  const t = useTexts(checkTexts)
  const styles = useCellStyles()
  const api = useApi()
  const [principal, setPrincipal] = useState<Principal | undefined>()
  const [isPicking, setIsPicking] = useState(false)
  const check = useMutation({
    mutationFn: async (question: AccessQuestion & { readonly of: Principal }): Promise<Asked> => {
      const { of, ...json } = question
      const answer = await api.call<AccessCheck>('POST', pathsAt(id).checkAccess, { json })
      return { principal: of, action: question.action, answer }
    },
  })
  return (
    <div className={styles.wide}>
      {principal !== undefined && <PrincipalWords principal={principal} />}
      <div>
        <Button onClick={() => setIsPicking(true)}>{principal === undefined ? t.choose : t.change}</Button>
      </div>
      {principal !== undefined && (
        <QuestionForm
          isBusy={check.isPending}
          onAsk={(question) =>
            check.mutate({ principalId: principal.id, principalType: principal.kind, of: principal, ...question })
          }
        />
      )}
      {check.isError && <Failure error={check.error} />}
      {check.data !== undefined && check.data.principal.id === principal?.id && (
        <AccessDecisionView id={id} {...check.data} />
      )}
      {principal !== undefined && (
        <>
          <Subtitle1 as="h4" className={styles.heading}>
            {t.assignments}
          </Subtitle1>
          <AssignmentsOf id={id} principalId={principal.id} empty={t.noAssignments} />
        </>
      )}
      {isPicking && (
        <PrincipalPicker
          title={t.choose}
          isSingle
          chosen={principal === undefined ? [] : [principal]}
          onChoose={([chosen]) => {
            setPrincipal(chosen)
            setIsPicking(false)
          }}
          onClose={() => setIsPicking(false)}
        />
      )}
    </div>
  )
}

type Question = Pick<AccessQuestion, 'action' | 'kind'>

function QuestionForm(props: { readonly isBusy: boolean; readonly onAsk: (question: Question) => void }) {
  const { isBusy, onAsk } = props
  const t = useTexts(checkTexts)
  const styles = useCellStyles()
  const { byName } = useCatalogue()
  const [about, setAbout] = useState<'send' | 'action'>('send')
  const [action, setAction] = useState('')
  const [isData, setIsData] = useState(false)
  const known = byName.get(action.trim().toLowerCase())
  const kind = (known?.isDataAction ?? isData) ? 'data' : 'control'
  const question: Question = about === 'send' ? {} : { action: action.trim(), kind }
  return (
    <div className={styles.wide}>
      <Field label={t.question}>
        <RadioGroup value={about} onChange={(_event, { value }) => setAbout(value === 'send' ? 'send' : 'action')}>
          <Radio value="send" label={t.send} />
          <Radio value="action" label={t.action} />
        </RadioGroup>
      </Field>
      {about === 'action' && (
        <Field label={t.actionName} hint={t.actionHint}>
          <Input list="operations" value={action} onChange={(_event, { value }) => setAction(value)} />
        </Field>
      )}
      <datalist id="operations">
        {[...byName.values()].map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {about === 'action' && known === undefined && (
        <Checkbox label={t.isData} checked={isData} onChange={(_event, { checked }) => setIsData(checked === true)} />
      )}
      <div>
        <Button
          appearance="primary"
          disabled={isBusy || (about === 'action' && action.trim() === '')}
          onClick={() => onAsk(question)}
        >
          {t.ask}
        </Button>
      </div>
    </div>
  )
}
