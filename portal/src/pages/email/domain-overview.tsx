// A domain: what to publish in the DNS, what is there now, and having it verified.

import { MessageBar, MessageBarBody, Spinner, Subtitle2, Text } from '@fluentui/react-components'
import { ArrowSyncRegular, CheckmarkCircleRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DeleteResource } from '../../parts/delete-resource.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { ResourceEssentials } from '../../parts/resource-essentials.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { StateBadge } from '../../parts/state-badge.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Domain, isVerified, RECORD_TYPES, useDomain } from './domain.ts'
import { domainTexts } from './domain-texts.ts'
import { DnsAdvice, RecordCard } from './record-card.tsx'
import { emailTexts } from './email-texts.ts'
import { DomainLosses } from './losses.tsx'
import { useDnsNow, useVerification, VERIFY } from './verification.ts'

const DELETE = { action: 'Microsoft.Communication/EmailServices/Domains/Delete' }

export function DomainOverview({ id }: BladeProps) {
  const r = useTexts(resourceTexts)
  const common = useTexts(commonTexts)
  const domain = useDomain(id)
  const emailServiceId = id.split('/').slice(0, 9).join('/')
  if (domain.isPending) return <Spinner label={common.loading} />
  if (domain.isError) return <Failure error={domain.error} onRetry={() => void domain.refetch()} />
  const remove = (
    <DeleteResource id={id} right={DELETE} goTo={addressOf(emailServiceId, 'domains')}>
      <DomainLosses domain={domain.data} />
    </DeleteResource>
  )
  if (domain.data.properties.domainManagement === 'CustomerManaged')
    return <CustomDomain domain={domain.data} remove={remove} />
  return (
    <BladeFrame title={r.overview} commands={remove}>
      <Summary domain={domain.data} />
      <ManagedNote />
    </BladeFrame>
  )
}

function ManagedNote() {
  const t = useTexts(domainTexts)
  return (
    <MessageBar>
      <MessageBarBody>{t.managedNote}</MessageBarBody>
    </MessageBar>
  )
}

function Summary({ domain }: { readonly domain: Domain }) {
  const t = useTexts(domainTexts)
  const e = useTexts(emailTexts)
  const { fromSenderDomain, dataLocation, domainManagement } = domain.properties
  return (
    <>
      <ResourceEssentials
        resource={domain}
        dataLocation={dataLocation}
        more={[
          { label: e.domainName, value: fromSenderDomain },
          { label: e.domainType, value: domainManagement === 'AzureManaged' ? e.managed : e.custom },
          {
            label: t.verificationStatus,
            value: isVerified(domain) ? (
              <StateBadge look="good" text={t.verified} />
            ) : (
              <StateBadge look="bad" text={t.notVerified} />
            ),
          },
        ]}
      />
      {isVerified(domain) && <Text>{t.connect}</Text>}
    </>
  )
}

function CustomDomain({ domain, remove }: { readonly domain: Domain; readonly remove: ReactNode }) {
  const t = useTexts(domainTexts)
  const r = useTexts(resourceTexts)
  const now = useDnsNow(domain.id)
  const verification = useVerification(domain.id)
  return (
    <BladeFrame
      title={r.overview}
      commands={
        <>
          <GuardedButton
            scope={domain.id}
            right={VERIFY}
            appearance="primary"
            icon={<CheckmarkCircleRegular />}
            disabled={verification.current !== undefined}
            onClick={() => verification.start(RECORD_TYPES)}
          >
            {t.verifyAll}
          </GuardedButton>
          <GuardedButton
            scope={domain.id}
            right={{ action: 'Microsoft.Communication/EmailServices/Domains/Read' }}
            appearance="subtle"
            icon={<ArrowSyncRegular />}
            disabled={now.isFetching}
            onClick={() => void now.refetch()}
          >
            {t.lookAgain}
          </GuardedButton>
          {remove}
        </>
      }
    >
      <Summary domain={domain} />
      <Subtitle2 as="h3">{t.records}</Subtitle2>
      <Text>{t.recordsIntro}</Text>
      <div aria-live="polite">
        {verification.current !== undefined && (
          <Spinner size="tiny" labelPosition="after" label={t.verifying(verification.current)} />
        )}
      </div>
      {verification.error != null && <Failure error={verification.error} />}
      {now.isError && <Failure error={now.error} onRetry={() => void now.refetch()} />}
      {RECORD_TYPES.map((type) => (
        <RecordCard key={type} domain={domain} type={type} now={now.data} verification={verification} />
      ))}
      <DnsAdvice now={now.data} />
    </BladeFrame>
  )
}
