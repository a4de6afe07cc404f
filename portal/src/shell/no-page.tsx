// Where there is no page, or one that broke: the rest of the portal stays.

import { Button, Link, Text } from '@fluentui/react-components'
import { useRouteError } from 'react-router'
import { Failure } from '../parts/failure.tsx'
import { Page } from '../parts/page.tsx'
import { useTexts } from '../texts/language.tsx'
import { shellTexts } from './texts.ts'

export function NoPage() {
  const t = useTexts(shellTexts)
  return (
    <Page title={t.noPage}>
      <Link href="/portal/">{t.toHome}</Link>
    </Page>
  )
}

/** As browsers say it of a part of the portal that is not there. */
const NOT_LOADED = /dynamically imported module|importing a module script failed/i

export function PageCrashed() {
  const t = useTexts(shellTexts)
  const error = useRouteError()
  const reload = () => window.location.reload()
  // After an update the parts have other names.
  if (error instanceof TypeError && NOT_LOADED.test(error.message))
    return (
      <Page title={t.updated}>
        <Text>{t.updatedText}</Text>
        <div>
          <Button appearance="primary" onClick={reload}>
            {t.reload}
          </Button>
        </div>
      </Page>
    )
  return (
    <Page title={t.crashed}>
      <Failure error={error} onRetry={reload} />
    </Page>
  )
}
