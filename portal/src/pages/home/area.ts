import { HomeRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { homeTexts } from './texts.ts'

export const homeArea: Area = {
  pages: [{ path: '', load: async () => (await import('./home-page.tsx')).HomePage }],
  menu: [{ to: '/', icon: HomeRegular, texts: homeTexts }],
}
