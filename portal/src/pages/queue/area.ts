import { MailClockRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { queueTexts } from './texts.ts'

export const queueArea: Area = {
  pages: [
    { path: 'queue', load: async () => (await import('./groups-page.tsx')).GroupsPage },
    { path: 'queue/messages', load: async () => (await import('./queued-page.tsx')).QueuedPage },
    { path: 'queue/holds', load: async () => (await import('./holds-page.tsx')).HoldsPage },
    { path: 'queue/destinations', load: async () => (await import('./destinations-page.tsx')).DestinationsPage },
  ],
  menu: [{ to: '/queue', icon: MailClockRegular, texts: queueTexts }],
}
