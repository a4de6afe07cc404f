import { MailRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { messagesTexts } from './texts.ts'

export const messagesArea: Area = {
  pages: [
    { path: 'messages', load: async () => (await import('./messages-page.tsx')).MessagesPage },
    { path: 'messages/:id', load: async () => (await import('./message-page.tsx')).MessagePage },
  ],
  menu: [{ to: '/messages', icon: MailRegular, texts: messagesTexts }],
}
