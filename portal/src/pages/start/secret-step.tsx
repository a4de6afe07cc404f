// What the device signs in with: made here and shown this once, or entered by who has it.

import { Body1, Field, Input, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { CopyField } from '../../parts/copy-field.tsx'
import { Failure } from '../../parts/failure.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { useCredentialRight, useCredentials } from '../directory/credentials.ts'
import { TENANT } from '../directory/directory.ts'
import { MaybeGuardedButton } from '../directory/maybe-guarded-button.tsx'
import { daysFromNow, makeSecret } from '../directory/new-secret.tsx'
import type { Setup } from './setup.ts'
import { StepCard } from './step-card.tsx'
import { startTexts } from './texts.ts'

const DAYS = 180
const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  field: { maxWidth: '400px' },
})

export function SecretStep(props: { readonly setup: Setup; readonly onPassword: (password: string) => void }) {
  const { setup, onPassword } = props
  const { application } = setup.identity
  const t = useTexts(startTexts).secret
  const styles = useStyles()
  const api = useApi()
  const right = useCredentialRight(application.id)
  const others = useCredentials(application.appId).data?.length ?? 0
  const make = useAction({
    run: (kind: 'password' | 'device-password') =>
      makeSecret(api, application, {
        kind,
        displayName: application.displayName.slice(0, 90),
        endDateTime: daysFromNow(DAYS),
      }),
    onDone: ({ secretText }) => onPassword(secretText),
  })
  const made = make.data?.secretText === setup.password ? make.data : undefined
  const isKnown = setup.password !== ''
  return (
    <StepCard number={3} title={t.title} text={t.text} state={make.isError ? 'failed' : isKnown ? 'done' : 'todo'}>
      {made === undefined ? (
        <>
          <div className={styles.row}>
            {(['password', 'device-password'] as const).map((kind) => (
              <MaybeGuardedButton
                key={kind}
                scope={TENANT}
                right={right}
                appearance={kind === 'password' ? 'primary' : 'secondary'}
                icon={<AddRegular />}
                disabled={make.isPending}
                onClick={() => make.mutate(kind)}
              >
                {kind === 'password' ? t.make : t.makeDevice}
              </MaybeGuardedButton>
            ))}
          </div>
          <Field label={t.own} className={styles.field}>
            <Input
              type="password"
              autoComplete="off"
              value={setup.password}
              onChange={(_event, { value }) => onPassword(value)}
            />
          </Field>
          {others > 0 && <Body1>{t.kept}</Body1>}
        </>
      ) : (
        <>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t.copyNow}</MessageBarBody>
          </MessageBar>
          <CopyField label={t.value} value={made.secretText} />
        </>
      )}
      {make.isError && <Failure error={make.error} />}
    </StepCard>
  )
}
