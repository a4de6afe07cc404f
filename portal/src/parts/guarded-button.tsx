// A button for who may: for others it is grey, and says which action they lack.

import { Button, type ButtonProps, Tooltip } from '@fluentui/react-components'
import { type Right, useMayDoOnAny } from '../api/rights.ts'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

export function GuardedButton({
  scope,
  right,
  ...button
}: ButtonProps & {
  /** Of several, one is enough: the API does it as far as the person may. */
  readonly scope: string | readonly string[]
  readonly right: Right
}) {
  const t = useTexts(commonTexts)
  const mayDo = useMayDoOnAny(typeof scope === 'string' ? [scope] : scope)(right)
  if (mayDo) return <Button {...button} />
  return (
    <Tooltip relationship="description" content={t.needs(right.action)}>
      <Button {...button} disabledFocusable />
    </Tooltip>
  )
}
