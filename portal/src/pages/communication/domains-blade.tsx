// The domains that a communication service may send for: those connected, another one to connect, and what stops when one is not any more.

import { Button, Spinner, Text } from '@fluentui/react-components'
import { PlugConnectedAddRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Link } from 'react-router'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { StateBadge } from '../../parts/state-badge.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { isVerified, useDomain } from '../email/domain.ts'
import { ConnectDomainDialog } from './connect-domain-dialog.tsx'
import { DisconnectDialog } from './disconnect-dialog.tsx'
import { domainsTexts } from './domains-texts.ts'
import { useService, WRITE_SERVICE } from './service.ts'
import { communicationTitles } from './titles.ts'

/** Each row asks for its domain. */
const AT_ONCE = 25

export function DomainsBlade({ id }: BladeProps) {
  const t = useTexts(domainsTexts)
  const common = useTexts(commonTexts)
  const title = useTexts(communicationTitles.domains).title
  const service = useService(id)
  const [isConnecting, setIsConnecting] = useState(false)
  const linked = service.data?.properties.linkedDomains ?? []
  return (
    <BladeFrame
      title={title}
      commands={
        <GuardedButton
          scope={id}
          right={WRITE_SERVICE}
          appearance="primary"
          icon={<PlugConnectedAddRegular />}
          onClick={() => setIsConnecting(true)}
        >
          {t.connect}
        </GuardedButton>
      }
    >
      <Text>{t.intro}</Text>
      {service.isPending && <Spinner label={common.loading} />}
      {service.isError && <Failure error={service.error} onRetry={() => void service.refetch()} />}
      {service.data && linked.length === 0 && <Text>{t.none}</Text>}
      {linked.length > 0 && <ConnectedDomains id={id} linked={linked} label={title} />}
      {isConnecting && service.data && (
        <ConnectDomainDialog service={service.data} onClose={() => setIsConnecting(false)} />
      )}
    </BladeFrame>
  )
}

function ConnectedDomains(props: { readonly id: string; readonly linked: readonly string[]; readonly label: string }) {
  const { id, linked, label } = props
  const t = useTexts(domainsTexts)
  const common = useTexts(commonTexts)
  const r = useTexts(resourceTexts)
  const [shown, setShown] = useState(AT_ONCE)
  const emailServiceOf = (domainId: string) => domainId.split('/').slice(0, 9).join('/')
  return (
    <>
      <DataTable
        label={label}
        items={linked.slice(0, shown)}
        keyOf={(domainId) => domainId}
        columns={[
          { key: 'domain', header: t.domain, width: 200, cell: (domainId) => <DomainLink id={domainId} /> },
          {
            key: 'service',
            header: t.emailService,
            cell: (domainId) => (
              <Link to={addressOf(emailServiceOf(domainId))}>{nameOf(emailServiceOf(domainId))}</Link>
            ),
          },
          { key: 'type', header: t.domainType, width: 150, cell: (domainId) => <DomainType id={domainId} /> },
          { key: 'state', header: t.verification, cell: (domainId) => <DomainState id={domainId} /> },
          {
            key: 'actions',
            header: r.actions,
            cell: (domainId) => <Disconnect serviceId={id} domainId={domainId} isLast={linked.length === 1} />,
          },
        ]}
      />
      {shown < linked.length && <Button onClick={() => setShown(shown + AT_ONCE)}>{common.loadMore}</Button>}
    </>
  )
}

function DomainLink({ id }: { readonly id: string }) {
  const domain = useDomain(id)
  return <Link to={addressOf(id)}>{domain.data?.properties.fromSenderDomain ?? nameOf(id)}</Link>
}

function DomainType({ id }: { readonly id: string }) {
  const t = useTexts(domainsTexts)
  const { data } = useDomain(id)
  if (data === undefined) return null
  return data.properties.domainManagement === 'AzureManaged' ? t.managed : t.custom
}

function DomainState({ id }: { readonly id: string }) {
  const t = useTexts(domainsTexts)
  const { data, isError } = useDomain(id)
  if (isError) return t.unreadable
  if (data === undefined) return null
  return isVerified(data) ? (
    <StateBadge look="good" text={t.verified} />
  ) : (
    <StateBadge look="bad" text={t.notVerified} />
  )
}

function Disconnect(props: { readonly serviceId: string; readonly domainId: string; readonly isLast: boolean }) {
  const { serviceId, domainId, isLast } = props
  const t = useTexts(domainsTexts)
  const domain = useDomain(domainId)
  const [isAsked, setIsAsked] = useState(false)
  const name = domain.data?.properties.fromSenderDomain ?? nameOf(domainId)
  return (
    <>
      <GuardedButton
        scope={serviceId}
        right={WRITE_SERVICE}
        size="small"
        aria-label={t.disconnectRow(name)}
        onClick={() => setIsAsked(true)}
      >
        {t.disconnect}
      </GuardedButton>
      {isAsked && (
        <DisconnectDialog
          serviceId={serviceId}
          domainId={domainId}
          domain={name}
          isLast={isLast}
          onClose={() => setIsAsked(false)}
        />
      )}
    </>
  )
}
