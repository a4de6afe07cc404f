// The domain that the device sends as: verified and connected to the service.

import { Body1, Spinner } from '@fluentui/react-components'
import { Link } from 'react-router'
import { Failure } from '../../parts/failure.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import type { Setup } from './setup.ts'
import { StepCard } from './step-card.tsx'
import { startTexts } from './texts.ts'

export function DomainStep({ setup, error }: { readonly setup: Setup; readonly error: unknown }) {
  const t = useTexts(startTexts).domain
  const common = useTexts(commonTexts)
  const { settings, serviceId } = setup
  const isConnected = (settings?.connectedDomains.length ?? 0) > 0
  const state = error == null ? (isConnected ? 'done' : 'todo') : 'failed'
  return (
    <StepCard number={5} title={t.title} text={t.text} state={state}>
      {error != null && <Failure error={error} />}
      {settings === undefined && error == null && <Spinner label={common.loading} />}
      {isConnected && <Body1>{t.has(settings?.connectedDomains.join(', ') ?? '')}</Body1>}
      <Link to={addressOf(serviceId, 'domains')}>{t.connect}</Link>
    </StepCard>
  )
}
