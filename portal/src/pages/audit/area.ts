import { HistoryRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { TYPES } from '../../resource/resource-id.ts'
import { auditTexts } from './texts.ts'

const load = async () => (await import('./audit-page.tsx')).AuditPage

/** In the menu that of the tenant; on a resource what happened to it and below. */
export const auditArea: Area = {
  pages: [{ path: 'audit', load }],
  menu: [{ to: '/audit', icon: HistoryRegular, texts: auditTexts }],
  blades: [
    {
      name: 'audit',
      icon: HistoryRegular,
      texts: auditTexts,
      types: Object.values(TYPES),
      load: async () => (await import('./audit-blade.tsx')).AuditBlade,
    },
  ],
}
