// What went wrong, in the words of the API, with what to try next.

import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { ApiError } from '../api/api.ts'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const t = useTexts(commonTexts)
  const isKnown = error instanceof ApiError
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        {isKnown && <MessageBarTitle>{error.code}</MessageBarTitle>}
        {error instanceof Error ? error.message : String(error)}
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
