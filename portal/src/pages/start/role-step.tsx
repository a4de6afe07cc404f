// The role that allows the application to send: recognised where there is one, else assigned, from a custom role that is there or from a
// new clone of Reader with what is missing.

import { Body1, Field, Input, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { matchesAction } from '../../../../src/access/action-pattern.ts'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { NO_PERMISSION, pathsAt, RIGHTS, type RoleDefinition, VERSION } from '../iam/model.ts'
import { type Setup, useSendCheck } from './setup.ts'
import { StepCard, type StepState } from './step-card.tsx'
import { startTexts } from './texts.ts'

const FRESH = 'new'

export function RoleStep({ setup }: { readonly setup: Setup }) {
  const { serviceId, identity } = setup
  const t = useTexts(startTexts)
  const common = useTexts(commonTexts)
  const { principal } = identity
  const check = useSendCheck(serviceId, principal?.id)
  const state = ((): StepState => {
    if (check.isError) return 'failed'
    if (check.data === undefined) return 'todo'
    return check.data.allowed ? 'done' : 'todo'
  })()
  return (
    <StepCard number={4} title={t.role.title} text={t.role.text} state={state}>
      {principal === undefined && <Body1>{t.application.noPrincipal}</Body1>}
      {check.isLoading && <Spinner label={common.loading} />}
      {check.isError && <Failure error={check.error} onRetry={() => void check.refetch()} />}
      {check.data?.allowed === true && <Body1>{t.role.has}</Body1>}
      {check.data?.allowed === false && principal && (
        <Assign serviceId={serviceId} principalId={principal.id} missing={check.data.send?.missingActions ?? []} />
      )}
      <Link to={`${addressOf(serviceId, 'iam')}?tab=assignments`}>{t.role.iam}</Link>
    </StepCard>
  )
}

/** Custom roles that allow what is missing. */
function useFittingRoles(scope: string, missing: readonly string[]) {
  const api = useApi()
  const path = pathsAt(scope).roleDefinitions
  return useQuery({
    queryKey: [path, 'that may send', missing],
    queryFn: async ({ signal }) => {
      const query = { ...VERSION, $filter: `type eq 'CustomRole'`, $top: 200 }
      const { value } = await api.call<{ value: readonly RoleDefinition[] }>('GET', path, { query, signal })
      return value.filter(({ properties }) =>
        properties.permissions.some(({ actions, notActions }) => {
          const covers = (patterns: readonly string[], action: string) =>
            patterns.some((pattern) => matchesAction(pattern, action))
          return missing.every((action) => covers(actions, action) && !covers(notActions, action))
        }),
      )
    },
  })
}

type AssignProps = { readonly serviceId: string; readonly principalId: string; readonly missing: readonly string[] }

function Assign(props: AssignProps) {
  const { serviceId, missing } = props
  const t = useTexts(startTexts).role
  const common = useTexts(commonTexts)
  const roles = useFittingRoles(serviceId, missing)
  if (roles.isPending) return <Spinner label={common.loading} />
  if (roles.isError) return <Failure error={roles.error} onRetry={() => void roles.refetch()} />
  return (
    <>
      <Body1>{t.missing(missing.join(', '))}</Body1>
      <AssignForm {...props} roles={roles.data} />
    </>
  )
}

function AssignForm({
  serviceId,
  principalId,
  missing,
  roles,
}: AssignProps & { readonly roles: readonly RoleDefinition[] }) {
  const t = useTexts(startTexts).role
  const api = useApi()
  const [chosen, setChosen] = useState(roles[0]?.name ?? FRESH)
  const [name, setName] = useState('SMTP Email Sender')
  const assign = useAction({
    run: async () => {
      const draft = { roleName: name.trim(), description: t.description, missing, serviceId }
      const role = roles.find((one) => one.name === chosen) ?? (await cloneReader(api, draft))
      const path = `${pathsAt(serviceId).roleAssignments}/${crypto.randomUUID()}`
      const properties = { roleDefinitionId: role.id, principalId, principalType: 'ServicePrincipal' }
      await api.call('PUT', path, { query: VERSION, json: { properties } })
    },
    said: () => t.assigned,
  })
  const isFresh = chosen === FRESH
  return (
    <>
      <Field label={t.choose}>
        <RadioGroup value={chosen} onChange={(_event, { value }) => setChosen(value)}>
          {roles.map((role) => (
            <Radio key={role.name} value={role.name} label={role.properties.roleName} />
          ))}
          <Radio value={FRESH} label={t.fresh} />
        </RadioGroup>
      </Field>
      {isFresh && (
        <Field label={t.name} hint={t.freshText(missing.join(', '))} required>
          <Input value={name} maxLength={128} onChange={(_event, { value }) => setName(value)} />
        </Field>
      )}
      <div>
        <GuardedButton
          scope={serviceId}
          right={RIGHTS.writeAssignment}
          appearance="primary"
          disabled={assign.isPending || (isFresh && name.trim() === '')}
          onClick={() => assign.mutate(undefined)}
        >
          {isFresh ? t.createAndAssign : t.assign}
        </GuardedButton>
      </div>
      {assign.isError && <Failure error={assign.error} />}
    </>
  )
}

/** As the article does it: what Reader allows, and the permissions that are missing. */
function cloneReader(
  api: ReturnType<typeof useApi>,
  draft: {
    readonly roleName: string
    readonly description: string
    readonly missing: readonly string[]
    readonly serviceId: string
  },
): Promise<RoleDefinition> {
  const { roleName, description, missing, serviceId } = draft
  const subscription = serviceId.split('/').slice(0, 3).join('/')
  const permissions = [{ ...NO_PERMISSION, actions: ['*/read', ...missing] }]
  const assignableScopes = [subscription]
  const properties = { roleName, description, type: 'CustomRole', permissions, assignableScopes }
  const path = `${pathsAt(subscription).roleDefinitions}/${crypto.randomUUID()}`
  return api.call('PUT', path, { query: VERSION, json: { properties } })
}
