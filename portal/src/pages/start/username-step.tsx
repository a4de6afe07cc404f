// A short user name in place of the three-part one, for who wants it.

import { Body1, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { versionOf } from '../../api/resource.ts'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi, useSession } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { Setup } from './setup.ts'
import { StepCard } from './step-card.tsx'
import { startTexts } from './texts.ts'

const WRITE = { action: 'Microsoft.Communication/CommunicationServices/SmtpUsernames/Write' }

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
  field: { flex: '1 1 220px', maxWidth: '400px' },
})

export function UsernameStep({ setup }: { readonly setup: Setup }) {
  const t = useTexts(startTexts).username
  const alias = setup.settings?.aliases[0]
  return (
    <StepCard number={6} title={t.title} text={t.text} state={alias === undefined ? 'optional' : 'done'}>
      {alias === undefined ? <Create setup={setup} /> : <Body1>{t.has(alias.username)}</Body1>}
    </StepCard>
  )
}

function Create({ setup: { serviceId, identity } }: { readonly setup: Setup }) {
  const t = useTexts(startTexts).username
  const styles = useStyles()
  const api = useApi()
  const { tenantId } = useSession()
  const [username, setUsername] = useState('')
  const create = useAction({
    run: (chosen: string) => {
      const path = `${serviceId}/smtpUsernames/${crypto.randomUUID()}`
      const properties = { username: chosen, entraApplicationId: identity.application.appId, tenantId }
      return api.call('PUT', path, { query: versionOf(path), json: { properties } })
    },
  })
  return (
    <>
      <div className={styles.row}>
        <Field label={t.label} className={styles.field}>
          <Input value={username} onChange={(_event, { value }) => setUsername(value)} />
        </Field>
        <GuardedButton
          scope={serviceId}
          right={WRITE}
          disabled={username.trim() === '' || create.isPending}
          onClick={() => create.mutate(username.trim())}
        >
          {t.create}
        </GuardedButton>
      </div>
      {create.isError && <Failure error={create.error} />}
    </>
  )
}
