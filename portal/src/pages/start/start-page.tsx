// The first-run assistant: the whole way from nothing to a device that sends, as the article walks it, with each step as the API sees it.

import { Body1 } from '@fluentui/react-components'
import { useState } from 'react'
import { Page } from '../../parts/page.tsx'
import { useTexts } from '../../texts/language.tsx'
import { ApplicationStep } from './application-step.tsx'
import { DomainStep } from './domain-step.tsx'
import { RoleStep } from './role-step.tsx'
import { SecretStep } from './secret-step.tsx'
import { ServiceStep } from './service-step.tsx'
import { type Setup, useChosen, useIdentity, useSheet } from './setup.ts'
import { SheetStep } from './sheet-step.tsx'
import { StepCard } from './step-card.tsx'
import { TestStep } from './test-step.tsx'
import { startTexts } from './texts.ts'
import { startTitle } from './title.ts'
import { UsernameStep } from './username-step.tsx'

export function StartPage() {
  const t = useTexts(startTexts)
  const { title } = useTexts(startTitle)
  const { serviceId, applicationId } = useChosen()
  const identity = useIdentity(applicationId)
  const sheet = useSheet(serviceId, applicationId)
  const [kept, setKept] = useState({ applicationId, password: '' })
  const password = kept.applicationId === applicationId ? kept.password : ''
  const setup: Setup | undefined =
    serviceId === undefined || identity.data === undefined
      ? undefined
      : { serviceId, identity: identity.data, settings: sheet.data, password }
  return (
    <Page title={title}>
      <Body1>{t.intro}</Body1>
      <ServiceStep />
      <ApplicationStep identity={identity.data} error={identity.error} isReady={serviceId !== undefined} />
      {setup === undefined ? (
        <Later />
      ) : (
        <>
          <SecretStep setup={setup} onPassword={(given) => setKept({ applicationId, password: given })} />
          <RoleStep setup={setup} />
          <DomainStep setup={setup} error={sheet.error} />
          <UsernameStep setup={setup} />
          <SheetStep setup={setup} />
          <TestStep setup={setup} />
        </>
      )}
    </Page>
  )
}

/** What comes once it is known what is set up. */
function Later() {
  const t = useTexts(startTexts)
  return [t.secret, t.role, t.domain, t.username, t.sheet, t.test].map(({ title, text }, index) => (
    <StepCard key={title} number={index + 3} title={title} text={text} state="waiting" />
  ))
}
