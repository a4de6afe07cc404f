import { MailInboxRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { capturesTexts } from './texts.ts'

export const capturesArea: Area = {
  pages: [
    { path: 'captures', load: async () => (await import('./captures-page.tsx')).CapturesPage },
    { path: 'captures/:id', load: async () => (await import('./capture-page.tsx')).CapturePage },
  ],
  menu: [{ to: '/captures', icon: MailInboxRegular, texts: capturesTexts }],
}
