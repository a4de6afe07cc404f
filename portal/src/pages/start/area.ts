import { PrintRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { startTitle } from './title.ts'

export const startArea: Area = {
  pages: [{ path: 'start', load: async () => (await import('./start-page.tsx')).StartPage }],
  menu: [{ to: '/start', icon: PrintRegular, texts: startTitle }],
}
