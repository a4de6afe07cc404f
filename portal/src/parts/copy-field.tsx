// A value to be taken elsewhere: shown as it is, or hidden until it is wanted, with a button that copies it.

import { Button, Field, Input, Tooltip } from '@fluentui/react-components'
import { CheckmarkRegular, CopyRegular, EyeOffRegular, EyeRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

export function CopyField(props: {
  readonly label: string
  readonly value: string
  readonly isSecret?: boolean
  readonly hint?: string
}) {
  const { label, value, isSecret = false, hint } = props
  const t = useTexts(commonTexts)
  const [isShown, setIsShown] = useState(!isSecret)
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      <Input
        readOnly
        value={value}
        type={isShown ? 'text' : 'password'}
        contentAfter={
          <>
            {isSecret && (
              <Button
                appearance="transparent"
                size="small"
                icon={isShown ? <EyeOffRegular /> : <EyeRegular />}
                aria-label={`${isShown ? t.hide : t.show}: ${label}`}
                onClick={() => setIsShown(!isShown)}
              />
            )}
            <CopyButton label={label} value={value} />
          </>
        }
      />
    </Field>
  )
}

export function CopyButton({ label, value }: { readonly label: string; readonly value: string }) {
  const t = useTexts(commonTexts)
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(value)
    setIsCopied(true)
    setTimeout(() => setIsCopied(false), 2000)
  }
  return (
    <Tooltip relationship="label" content={isCopied ? t.copied : `${t.copy}: ${label}`}>
      <Button
        appearance="transparent"
        size="small"
        icon={isCopied ? <CheckmarkRegular /> : <CopyRegular />}
        onClick={() => void copy()}
      />
    </Tooltip>
  )
}
