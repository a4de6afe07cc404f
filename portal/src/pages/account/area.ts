import type { Area } from '../../areas.ts'

/** It is opened from the account menu. */
export const accountArea: Area = {
  pages: [{ path: 'account', load: async () => (await import('./account-page.tsx')).AccountPage }],
}
