// What there is to say of one row of a list, in a panel at the side.

import {
  Button,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  tokens,
} from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'

const useStyles = makeStyles({
  panel: { maxWidth: '100vw' },
  // A long name would push the panel out of a narrow window.
  title: { minWidth: 0, overflowWrap: 'anywhere' },
  body: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalL,
    alignContent: 'start',
    minWidth: 0,
  },
})

export function DetailPanel(props: {
  readonly title: string
  readonly actions?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const { title, actions, onClose, children } = props
  const t = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <OverlayDrawer
      open
      position="end"
      size="large"
      className={styles.panel}
      onOpenChange={(_event, { open }) => !open && onClose()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          heading={{ className: styles.title }}
          action={<Button appearance="subtle" aria-label={t.close} icon={<DismissRegular />} onClick={onClose} />}
        >
          {title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>{children}</div>
      </DrawerBody>
      {actions !== undefined && <DrawerFooter>{actions}</DrawerFooter>}
    </OverlayDrawer>
  )
}
