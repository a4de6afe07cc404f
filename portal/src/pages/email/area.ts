// The blades of email services and of their domains. Their overviews stand with those of all resources.

import {
  GaugeRegular,
  GlobeAddRegular,
  MailProhibitedRegular,
  PersonMailRegular,
  SettingsRegular,
} from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { TYPES } from '../../resource/resource-id.ts'
import { communicationTitles } from '../communication/titles.ts'
import { emailTitles as titles } from './titles.ts'

export const emailArea: Area = {
  pages: [],
  blades: [
    {
      name: 'domains',
      icon: GlobeAddRegular,
      texts: titles.provisionDomains,
      types: [TYPES.emailService],
      load: async () => (await import('./provision-domains-blade.tsx')).ProvisionDomainsBlade,
    },
    {
      name: 'mail-from',
      icon: PersonMailRegular,
      texts: titles.mailFrom,
      types: [TYPES.domain],
      load: async () => (await import('./mail-from-blade.tsx')).MailFromBlade,
    },
    {
      name: 'suppression-lists',
      icon: MailProhibitedRegular,
      texts: titles.suppressionLists,
      types: [TYPES.domain],
      load: async () => (await import('./suppression-lists-blade.tsx')).SuppressionListsBlade,
    },
    {
      name: 'quotas',
      icon: GaugeRegular,
      texts: communicationTitles.quotas,
      types: [TYPES.domain],
      load: async () => (await import('../communication/quotas-blade.tsx')).QuotasBlade,
    },
    {
      name: 'settings',
      icon: SettingsRegular,
      texts: titles.settings,
      types: [TYPES.domain],
      load: async () => (await import('./domain-settings-blade.tsx')).DomainSettingsBlade,
    },
  ],
}
