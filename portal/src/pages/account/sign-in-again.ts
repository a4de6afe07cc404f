// The session has ended with what was done: on to a new one, and back to the page.

import { goToSignIn } from '../../session/oidc.ts'
import { useSession } from '../../session/session-context.tsx'
import { useLanguage } from '../../texts/language.tsx'

export function useSignInAgain(): () => void {
  const { tenantId } = useSession()
  const { language } = useLanguage()
  return () => void goToSignIn(tenantId, { locale: language, prompt: 'login' })
}
