// Which faults are in force, and setting and clearing them. Only where the installation is there for tests.

import { MessageBar, MessageBarBody, MessageBarTitle, Spinner, Text } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link } from 'react-router'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { Page } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { usePrincipalNames } from '../../parts/use-principal-names.ts'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Fault, FAULTS_PATH, MAY_SET, useFaults } from './faults.ts'
import { SetFault } from './set-fault.tsx'
import { faultsTexts } from './texts.ts'

export function FaultsPage() {
  const t = useTexts(faultsTexts)
  const common = useTexts(commonTexts)
  const [isSetting, setIsSetting] = useState(false)
  const { data, error, refetch } = useFaults()
  const add = (
    <GuardedButton
      appearance="primary"
      icon={<AddRegular />}
      scope="/"
      right={MAY_SET}
      onClick={() => setIsSetting(true)}
    >
      {t.add}
    </GuardedButton>
  )
  return (
    <Page title={t.title} {...(data?.isAllowed === true && { actions: add })}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Spinner label={common.loading} />}
      {data?.isAllowed === false && <MessageBar intent="info">{t.notAllowed}</MessageBar>}
      {data?.isAllowed === true && (
        <>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{t.banner}</MessageBarTitle>
              {t.bannerText}
            </MessageBarBody>
          </MessageBar>
          <Faults faults={data.value} />
        </>
      )}
      {isSetting && <SetFault onClose={() => setIsSetting(false)} />}
    </Page>
  )
}

function Faults({ faults }: { readonly faults: readonly Fault[] }) {
  const t = useTexts(faultsTexts)
  const api = useApi()
  const nameOfPrincipal = usePrincipalNames(faults.map(({ createdBy }) => createdBy))
  const clear = useAction({
    run: ({ id }: Fault) => api.call('DELETE', `${FAULTS_PATH}/${id}`),
    said: () => t.cleared,
  })
  const columns = useColumns(nameOfPrincipal, clear)
  if (faults.length === 0) return <Text>{t.none}</Text>
  return (
    <>
      {clear.error !== null && <Failure error={clear.error} />}
      <DataTable label={t.title} items={faults} keyOf={({ id }) => id} columns={columns} />
    </>
  )
}

type Clear = { readonly isPending: boolean; readonly mutate: (fault: Fault) => void }

function useColumns(nameOfPrincipal: (id: string) => string, clear: Clear): readonly Column<Fault>[] {
  const t = useTexts(faultsTexts)
  const { fromNow, number } = useFormats()
  return [
    { key: 'kind', header: t.kind, cell: ({ kind }) => t.kinds[kind], width: 200 },
    { key: 'target', header: t.target, cell: (fault) => <Target fault={fault} />, width: 290 },
    {
      key: 'details',
      header: t.details,
      width: 110,
      cell: ({ delay, retryAfter }) =>
        [
          ...(delay === undefined ? [] : [t.late(number(delay / 1000))]),
          ...(retryAfter === undefined ? [] : [t.wait(number(retryAfter))]),
        ].join(', '),
    },
    { key: 'ends', header: t.ends, cell: ({ endsAt }) => fromNow(endsAt), width: 120 },
    { key: 'by', header: t.setBy, cell: ({ createdBy }) => nameOfPrincipal(createdBy), width: 150 },
    {
      key: 'clear',
      header: t.clear,
      width: 110,
      cell: (fault) => (
        <GuardedButton
          size="small"
          scope={fault.communicationServiceId ?? '/'}
          right={MAY_SET}
          disabled={clear.isPending}
          aria-label={t.clearOf(t.kinds[fault.kind])}
          onClick={() => clear.mutate(fault)}
        >
          {t.clear}
        </GuardedButton>
      ),
    },
  ]
}

function Target({ fault: { applicationId, communicationServiceId } }: { readonly fault: Fault }) {
  if (communicationServiceId !== undefined)
    return <Link to={addressOf(communicationServiceId)}>{nameOf(communicationServiceId)}</Link>
  return applicationId && <ApplicationLink applicationId={applicationId} />
}
