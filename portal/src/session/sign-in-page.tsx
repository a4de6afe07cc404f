// What is seen when nobody is signed in: the tenant to sign in to, where it is not known, or why signing in failed.

import { Button, Field, Input, MessageBar, MessageBarBody, MessageBarTitle, Title2 } from '@fluentui/react-components'
import { type FormEvent, useState } from 'react'
import { useTexts } from '../texts/language.tsx'
import { useCentredStyles } from './sign-in-styles.ts'
import { signInTexts } from './texts.ts'

const GUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'

export function SignInPage(props: {
  readonly tenantId: string
  readonly failure: string | undefined
  readonly onSignIn: (tenantId: string) => void
}) {
  const t = useTexts(signInTexts)
  const styles = useCentredStyles()
  const [tenantId, setTenantId] = useState(props.tenantId)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    props.onSignIn(tenantId.trim().toLowerCase())
  }
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <Title2 as="h1">{t.title}</Title2>
        {props.failure !== undefined && (
          <MessageBar intent="error">
            <MessageBarBody>
              <MessageBarTitle>{t.failed}</MessageBarTitle>
              {props.failure}
            </MessageBarBody>
          </MessageBar>
        )}
        <Field label={t.tenant} hint={t.tenantHint} required>
          <Input value={tenantId} pattern={GUID} onChange={(_event, { value }) => setTenantId(value)} />
        </Field>
        <Button type="submit" appearance="primary">
          {props.failure === undefined ? t.go : t.again}
        </Button>
      </form>
    </main>
  )
}
