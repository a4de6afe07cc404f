// “+ Create”: what can be made here. `within` is the subscription or resource group that it is made in.

import { Menu, MenuButton, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import { useNavigate } from 'react-router'
import { useTexts } from '../../texts/language.tsx'
import { createTexts } from './create-texts.ts'

export const KINDS = ['communication-service', 'email-service', 'resource-group'] as const
export type Kind = (typeof KINDS)[number]

/** What is read from the address of the page. */
export const WITHIN = 'within'

export function CreateMenu(props: { readonly within?: string; readonly kinds?: readonly Kind[] }) {
  const { within, kinds = KINDS } = props
  const t = useTexts(createTexts)
  const navigate = useNavigate()
  const search = within === undefined ? '' : `?${new URLSearchParams({ [WITHIN]: within }).toString()}`
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton appearance="primary" icon={<AddRegular />}>
          {t.create}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {kinds.map((kind) => (
            <MenuItem key={kind} onClick={() => void navigate(`/create/${kind}${search}`)}>
              {t.kinds[kind]}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
