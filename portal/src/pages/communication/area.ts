// The blades of a communication service. Its overview stands with those of all resources.

import { GaugeRegular, GlobeRegular, KeyRegular, PersonKeyRegular, PrintRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { TYPES } from '../../resource/resource-id.ts'
import { communicationTitles as titles } from './titles.ts'

const types = [TYPES.communicationService]

export const communicationArea: Area = {
  pages: [],
  blades: [
    {
      name: 'keys',
      icon: KeyRegular,
      texts: titles.keys,
      types,
      load: async () => (await import('./keys-blade.tsx')).KeysBlade,
    },
    {
      name: 'domains',
      icon: GlobeRegular,
      texts: titles.domains,
      types,
      load: async () => (await import('./domains-blade.tsx')).DomainsBlade,
    },
    {
      name: 'smtp-usernames',
      icon: PersonKeyRegular,
      texts: titles.smtpUsernames,
      types,
      load: async () => (await import('./smtp-usernames-blade.tsx')).SmtpUsernamesBlade,
    },
    {
      name: 'smtp-settings',
      icon: PrintRegular,
      texts: titles.smtpSettings,
      types,
      load: async () => (await import('./smtp-settings-blade.tsx')).SmtpSettingsBlade,
    },
    {
      name: 'quotas',
      icon: GaugeRegular,
      texts: titles.quotas,
      types,
      load: async () => (await import('./quotas-blade.tsx')).QuotasBlade,
    },
  ],
}
