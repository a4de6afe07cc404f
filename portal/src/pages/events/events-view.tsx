// Events and subscriptions to them, of one scope. Which of the two is seen stands in the address.

import { Tab, TabList } from '@fluentui/react-components'
import { useSearchParams } from 'react-router'
import { useTexts } from '../../texts/language.tsx'
import { EventList } from './event-list.tsx'
import { SubscriptionList } from './subscription-list.tsx'
import { eventsTexts } from './texts.ts'

const SUBSCRIPTIONS = 'subscriptions'

export function EventsView({ scope }: { readonly scope: string }) {
  const t = useTexts(eventsTexts)
  const [search, setSearch] = useSearchParams()
  const view = search.get('view') === SUBSCRIPTIONS ? SUBSCRIPTIONS : 'events'
  return (
    <>
      <TabList
        aria-label={t.views}
        selectedValue={view}
        onTabSelect={(_event, { value }) => setSearch(value === SUBSCRIPTIONS ? { view: SUBSCRIPTIONS } : {})}
      >
        <Tab value="events">{t.title}</Tab>
        <Tab value={SUBSCRIPTIONS}>{t.subscriptions}</Tab>
      </TabList>
      {view === SUBSCRIPTIONS ? <SubscriptionList scope={scope} /> : <EventList scope={scope} />}
    </>
  )
}
