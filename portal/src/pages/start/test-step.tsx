// The test mail: sent with the very user name and password of the device, and followed until it is clear what became of it.

import { Dropdown, Field, Input, makeStyles, Option, Spinner, tokens } from '@fluentui/react-components'
import { SendRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { SmtpSettings } from '../communication/service.ts'
import { type Setup, usernameOf } from './setup.ts'
import { StepCard, type StepState } from './step-card.tsx'
import { TestResult, type TestOutcome } from './test-result.tsx'
import { startTexts } from './texts.ts'

const READ_DECISIONS = { action: 'Postern.Mail/decisions/read', kind: 'data' } as const

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 260px), 1fr))',
    gap: tokens.spacingHorizontalM,
  },
})

export function TestStep({ setup }: { readonly setup: Setup }) {
  const t = useTexts(startTexts).test
  const { settings, password } = setup
  const isReady = settings !== undefined && settings.senderAddresses.length > 0 && password !== ''
  const [state, setState] = useState<StepState>('todo')
  return (
    <StepCard number={8} title={t.title} text={t.text} state={isReady ? state : 'waiting'}>
      {isReady && <TestForm key={password} setup={setup} settings={settings} onState={setState} />}
    </StepCard>
  )
}

function TestForm(props: {
  readonly setup: Setup
  readonly settings: SmtpSettings
  readonly onState: (state: StepState) => void
}) {
  const { setup, settings, onState } = props
  const t = useTexts(startTexts).test
  const styles = useStyles()
  const api = useApi()
  const [from, setFrom] = useState(settings.senderAddresses[0] ?? '')
  const [to, setTo] = useState('')
  const send = useAction({
    run: () => {
      onState('doing')
      const credential = { username: usernameOf(settings), password: setup.password }
      const json = { ...credential, from, to: to.trim(), subject: t.subject, text: t.body }
      return api.call<TestOutcome>('POST', '/providers/Postern.Mail/sendTest', { json })
    },
    onDone: ({ outcome }) => onState(outcome === 'queued' ? 'done' : 'failed'),
  })
  return (
    <>
      <div className={styles.fields}>
        <Field label={t.from}>
          <Dropdown
            value={from}
            selectedOptions={[from]}
            onOptionSelect={(_event, { optionValue = from }) => setFrom(optionValue)}
          >
            {settings.senderAddresses.map((address) => (
              <Option key={address} value={address}>
                {address}
              </Option>
            ))}
          </Dropdown>
        </Field>
        <Field label={t.to} required>
          <Input type="email" value={to} onChange={(_event, { value }) => setTo(value)} />
        </Field>
      </div>
      <div>
        <GuardedButton
          scope={setup.serviceId}
          right={READ_DECISIONS}
          appearance="primary"
          icon={send.isPending ? <Spinner size="tiny" /> : <SendRegular />}
          disabled={send.isPending || !/^[^@\s]+@[^@\s]+$/.test(to.trim())}
          onClick={() => send.mutate(undefined, { onError: () => onState('failed') })}
        >
          {t.send}
        </GuardedButton>
      </div>
      <div aria-live="polite">
        {send.isError && <Failure error={send.error} />}
        {send.data && !send.isPending && <TestResult outcome={send.data} />}
      </div>
    </>
  )
}
