// An entry of a menu for who may: for others it is grey, and says which action they lack.

import { MenuItem, type MenuItemProps, Tooltip } from '@fluentui/react-components'
import { type Right, useMayDo } from '../api/rights.ts'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

export function GuardedMenuItem({
  scope,
  right,
  ...item
}: MenuItemProps & { readonly scope: string; readonly right: Right }) {
  const t = useTexts(commonTexts)
  const mayDo = useMayDo(scope)(right)
  if (mayDo) return <MenuItem {...item} />
  return (
    <Tooltip relationship="description" content={t.needs(right.action)}>
      <MenuItem {...item} disabled />
    </Tooltip>
  )
}
