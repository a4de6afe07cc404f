// On to a new session, and back to the page: the old one has ended with what was done, or began too long ago for it.

import { goToSignIn } from '../../session/oidc.ts'
import { useSession } from '../../session/session-context.tsx'
import { useLanguage } from '../../texts/language.tsx'

export function useSignInAgain(): () => void {
  const { tenantId } = useSession()
  const { language } = useLanguage()
  return () => void goToSignIn(tenantId, { locale: language, prompt: 'login' })
}
