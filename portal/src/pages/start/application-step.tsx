// Which application the device signs in as: a new one, or one that is there.

import { Body1, Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { Link } from 'react-router'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PrincipalPicker } from '../../parts/principal-picker.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { RIGHTS, TENANT } from '../directory/directory.ts'
import { register } from '../directory/new-registration.tsx'
import { type Identity, useChosen } from './setup.ts'
import { StepCard } from './step-card.tsx'
import { startTexts } from './texts.ts'

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
  field: { flex: '1 1 220px', maxWidth: '400px' },
})

export function ApplicationStep(props: {
  readonly identity: Identity | undefined
  readonly error: unknown
  /** The step before is done. */
  readonly isReady: boolean
}) {
  const { identity, error, isReady } = props
  const texts = useTexts(startTexts)
  const t = texts.application
  const styles = useStyles()
  const { choose } = useChosen()
  const state = identity === undefined ? (error == null ? 'todo' : 'failed') : 'done'
  return (
    <StepCard number={2} title={t.title} text={t.text} state={isReady ? state : 'waiting'}>
      {error != null && <Failure error={error} />}
      {identity === undefined ? (
        <Choose />
      ) : (
        <div className={styles.row}>
          <Body1>
            <strong>
              <ForeignText text={identity.application.displayName} />
            </strong>{' '}
            ({identity.application.appId})
          </Body1>
          <Link to={`/applications/${identity.application.appId}`}>{t.open}</Link>
          <Button onClick={() => choose('application', undefined)}>{texts.change}</Button>
        </div>
      )}
    </StepCard>
  )
}

function Choose() {
  const t = useTexts(startTexts).application
  const styles = useStyles()
  const api = useApi()
  const { choose } = useChosen()
  const [name, setName] = useState('')
  const [isPicking, setIsPicking] = useState(false)
  const create = useAction({
    run: (displayName: string) => register(api, displayName),
    onDone: ({ application }) => choose('application', application.appId),
  })
  return (
    <>
      <div className={styles.row}>
        <Field label={t.name} className={styles.field}>
          <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
        </Field>
        <GuardedButton
          scope={TENANT}
          right={RIGHTS.writeApplications}
          appearance="primary"
          disabled={name.trim() === '' || create.isPending}
          onClick={() => create.mutate(name.trim())}
        >
          {t.fresh}
        </GuardedButton>
        <Button onClick={() => setIsPicking(true)}>{t.existing}</Button>
      </div>
      {create.isError && <Failure error={create.error} />}
      {isPicking && (
        <PrincipalPicker
          title={t.select}
          kinds={['ServicePrincipal']}
          isSingle
          chosen={[]}
          onChoose={([principal]) => {
            setIsPicking(false)
            if (principal !== undefined) choose('application', principal.detail)
          }}
          onClose={() => setIsPicking(false)}
        />
      )}
    </>
  )
}
