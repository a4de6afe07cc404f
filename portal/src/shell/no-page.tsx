// Where there is no page, or one that broke: the rest of the portal stays.

import { Link } from '@fluentui/react-components'
import { useRouteError } from 'react-router'
import { Failure } from '../parts/failure.tsx'
import { Page } from '../parts/page.tsx'
import { useTexts } from '../texts/language.tsx'
import { shellTexts } from './texts.ts'

export function NoPage() {
  const t = useTexts(shellTexts)
  return (
    <Page title={t.noPage}>
      <Link href="/portal/">{t.portal}</Link>
    </Page>
  )
}

export function PageCrashed() {
  const t = useTexts(shellTexts)
  return (
    <Page title={t.crashed}>
      <Failure error={useRouteError()} onRetry={() => window.location.reload()} />
    </Page>
  )
}
