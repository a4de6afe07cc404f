// Access control (IAM) of a subscription, resource group or resource: who may do what here, by which role, and what is denied. A form
// takes the place of the tabs while it is open, as in Azure's portal.

import {
  Button,
  Menu,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components'
import { AddRegular, ArrowClockwiseRegular } from '@fluentui/react-icons'
import { useQueryClient } from '@tanstack/react-query'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { GuardedMenuItem } from '../../parts/guarded-menu-item.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { AddAssignment } from './add-assignment.tsx'
import { AssignmentsTab } from './assignments-tab.tsx'
import { CheckAccessTab } from './check-access-tab.tsx'
import { CustomRoleForm } from './custom-role-form.tsx'
import { DenialsTab } from './denials-tab.tsx'
import { DenyForm } from './deny-form.tsx'
import { iamTexts } from './iam-texts.ts'
import { RIGHTS } from './model.ts'
import { type IamTab, TABS, useIam } from './navigation.ts'
import { RolesTab } from './roles-tab.tsx'
import { iamTitle } from './title.ts'

const useStyles = makeStyles({
  tabs: { flexWrap: 'wrap' },
  panel: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalM, minWidth: 0 },
})

const CONTENTS = {
  check: CheckAccessTab,
  assignments: AssignmentsTab,
  roles: RolesTab,
  denials: DenialsTab,
} as const

const FORM_CONTENTS = { assign: AddAssignment, role: CustomRoleForm, deny: DenyForm } as const

export function IamBlade({ id }: BladeProps) {
  const { title } = useTexts(iamTitle)
  const t = useTexts(iamTexts)
  const styles = useStyles()
  const { place, showTab } = useIam()
  const { tab, form } = place
  if (form !== undefined) {
    const Form = FORM_CONTENTS[form]
    return <Form key={`${form} ${place.role ?? ''} ${place.isClone}`} id={id} />
  }
  const Content = CONTENTS[tab]
  return (
    <BladeFrame title={title} commands={<Commands id={id} />}>
      <TabList
        className={styles.tabs}
        selectedValue={tab}
        onTabSelect={(_event, { value }) => showTab(value as IamTab)}
      >
        {TABS.map((name) => (
          <Tab key={name} value={name}>
            {t.tabs[name]}
          </Tab>
        ))}
      </TabList>
      <div role="tabpanel" aria-label={t.tabs[tab]} className={styles.panel}>
        <Content id={id} />
      </div>
    </BladeFrame>
  )
}

function Commands({ id }: { readonly id: string }) {
  const t = useTexts(iamTexts)
  const common = useTexts(commonTexts)
  const queries = useQueryClient()
  const { openForm } = useIam()
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button appearance="subtle" icon={<AddRegular />}>
            {common.add}
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <GuardedMenuItem scope={id} right={RIGHTS.writeAssignment} onClick={() => openForm('assign')}>
              {t.addAssignment}
            </GuardedMenuItem>
            <GuardedMenuItem scope={id} right={RIGHTS.writeRole} onClick={() => openForm('role')}>
              {t.addRole}
            </GuardedMenuItem>
            <GuardedMenuItem scope={id} right={RIGHTS.writeDeny} onClick={() => openForm('deny')}>
              {t.addDeny}
            </GuardedMenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      <Button appearance="subtle" icon={<ArrowClockwiseRegular />} onClick={() => void queries.invalidateQueries()}>
        {common.refresh}
      </Button>
    </>
  )
}
