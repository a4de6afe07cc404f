// What went wrong, in the words of the API, with what to try next. What somebody lacks the right for is no fault: it is told quietly, with
// the action that it takes and who can give it.

import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { ApiError } from '../api/api.ts'
import { nameOf } from '../resource/resource-id.ts'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

/** Azure: tools look for these words. */
const LACKING = /perform action '([^']+)' over scope '([^']+)'/

export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const t = useTexts(commonTexts)
  const isKnown = error instanceof ApiError
  const [, action, scope] = (isKnown && error.status === 403 && LACKING.exec(error.message)) || []
  const isLacking = action !== undefined && scope !== undefined
  return (
    <MessageBar intent={isLacking ? 'info' : 'error'} layout="multiline">
      <MessageBarBody>
        {isLacking ? (
          <>
            <MessageBarTitle>{t.lacking}</MessageBarTitle>
            {scope === '/' ? t.lackingInTenant(action) : t.lackingOn(action, nameOf(scope))}
          </>
        ) : (
          <>
            {isKnown && <MessageBarTitle>{error.code}</MessageBarTitle>}
            {error instanceof Error ? error.message : String(error)}
          </>
        )}
        {isKnown && error.requestId !== '' && <> {t.requestId(error.requestId)}</>}
      </MessageBarBody>
      {onRetry && (
        <MessageBarActions>
          <Button onClick={onRetry}>{t.retry}</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  )
}
