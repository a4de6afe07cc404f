// What happened in the whole tenant, and who is told of it.

import { Page } from '../../parts/page.tsx'
import { useTexts } from '../../texts/language.tsx'
import { EventsView } from './events-view.tsx'
import { eventsTexts } from './texts.ts'

export function EventsPage() {
  const t = useTexts(eventsTexts)
  return (
    <Page title={t.title}>
      <EventsView scope="/" />
    </Page>
  )
}
