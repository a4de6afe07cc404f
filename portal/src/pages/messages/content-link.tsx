// The way to the content of a message that was captured: for who may read it.

import { Text } from '@fluentui/react-components'
import { useNavigate } from 'react-router'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useTexts } from '../../texts/language.tsx'
import { addressOfCapture, READ_CONTENT } from '../captures/capture.ts'
import { messagesTexts } from './texts.ts'

export function ContentLink({ id, resource }: { readonly id: string; readonly resource: string }) {
  const t = useTexts(messagesTexts)
  const navigate = useNavigate()
  return (
    <>
      <Text>{t.contentHint}</Text>
      <div>
        <GuardedButton scope={resource} right={READ_CONTENT} onClick={() => void navigate(addressOfCapture(id))}>
          {t.openCapture}
        </GuardedButton>
      </div>
    </>
  )
}
