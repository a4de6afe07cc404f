// On every page, while something fails on request: nobody should look for a cause that is not there.

import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from '@fluentui/react-components'
import { Link, useLocation } from 'react-router'
import { useTexts } from '../../texts/language.tsx'
import { useFaults } from './faults.ts'
import { faultsTexts } from './texts.ts'

const useStyles = makeStyles({ banner: { marginBottom: tokens.spacingVerticalL } })

export function FaultBanner() {
  const t = useTexts(faultsTexts)
  const styles = useStyles()
  const { pathname } = useLocation()
  const { data } = useFaults()
  // The page of the faults says it by itself.
  if (pathname === '/faults' || data?.isAllowed !== true || data.value.length === 0) return null
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.banner}>
      <MessageBarBody>
        <MessageBarTitle>{t.banner}</MessageBarTitle>
        {t.inForce(data.value.length)} <Link to="/faults">{t.toFaults}</Link>
      </MessageBarBody>
    </MessageBar>
  )
}
