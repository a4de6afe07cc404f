// A button that needs a right, or none of whom it is their own.

import { Button, type ButtonProps } from '@fluentui/react-components'
import type { Right } from '../../api/rights.ts'
import { GuardedButton } from '../../parts/guarded-button.tsx'

export function MaybeGuardedButton({
  scope,
  right,
  ...button
}: ButtonProps & { readonly scope: string; readonly right: Right | undefined }) {
  return right === undefined ? <Button {...button} /> : <GuardedButton scope={scope} right={right} {...button} />
}
