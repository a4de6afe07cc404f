import { PlugConnectedRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { TYPES } from '../../resource/resource-id.ts'
import { eventsTexts } from './texts.ts'

/** Of the tenant in the menu, of one communication service on its page, as Event Grid has it. */
export const eventsArea: Area = {
  pages: [
    { path: 'events', load: async () => (await import('./events-page.tsx')).EventsPage },
    {
      path: 'events/subscriptions/new',
      load: async () => (await import('./create-subscription-page.tsx')).CreateSubscriptionPage,
    },
    {
      path: 'events/subscriptions/:name',
      load: async () => (await import('./subscription-page.tsx')).SubscriptionPage,
    },
    {
      path: 'events/subscriptions/:name/edit',
      load: async () => (await import('./edit-subscription-page.tsx')).EditSubscriptionPage,
    },
  ],
  menu: [{ to: '/events', icon: PlugConnectedRegular, texts: eventsTexts }],
  blades: [
    {
      name: 'events',
      icon: PlugConnectedRegular,
      texts: eventsTexts,
      types: [TYPES.communicationService],
      load: async () => (await import('./events-blade.tsx')).EventsBlade,
    },
  ],
}
