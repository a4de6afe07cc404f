import { KeyResetRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { failedLoginsTexts } from './texts.ts'

export const failedLoginsArea: Area = {
  pages: [
    { path: 'failed-logins', load: async () => (await import('./failed-logins-page.tsx')).FailedLoginsPage },
    { path: 'failed-logins/waiting', load: async () => (await import('./login-limits-page.tsx')).LoginLimitsPage },
    { path: 'failed-logins/:reference', load: async () => (await import('./refusal-page.tsx')).RefusalPage },
  ],
  menu: [{ to: '/failed-logins', icon: KeyResetRegular, texts: failedLoginsTexts }],
}
