// The overviews of all resources, resource groups and subscriptions, and the pages that make new ones.

import { GridRegular } from '@fluentui/react-icons'
import type { Area, Blade } from '../../areas.ts'
import { TYPES } from '../../resource/resource-id.ts'
import { defineTexts } from '../../texts/texts.ts'

const overview = {
  name: 'overview',
  icon: GridRegular,
  texts: defineTexts({ title: 'Overview' }, { title: 'Übersicht' }),
}

const blades: readonly Blade[] = [
  {
    ...overview,
    types: [TYPES.subscription],
    load: async () => (await import('./subscription-overview.tsx')).SubscriptionOverview,
  },
  {
    ...overview,
    types: [TYPES.resourceGroup],
    load: async () => (await import('./group-overview.tsx')).GroupOverview,
  },
  {
    ...overview,
    types: [TYPES.communicationService],
    load: async () => (await import('../communication/overview-blade.tsx')).CommunicationOverview,
  },
  {
    ...overview,
    types: [TYPES.emailService],
    load: async () => (await import('../email/email-overview.tsx')).EmailOverview,
  },
  {
    ...overview,
    types: [TYPES.domain],
    load: async () => (await import('../email/domain-overview.tsx')).DomainOverview,
  },
]

export const resourcesArea: Area = {
  pages: [{ path: 'create/:kind', load: async () => (await import('./create-page.tsx')).CreatePage }],
  blades,
}
