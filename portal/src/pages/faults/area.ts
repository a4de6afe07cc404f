import { BugRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { faultsTexts } from './texts.ts'
import { useFaultsAllowed } from './faults.ts'

export const faultsArea: Area = {
  pages: [{ path: 'faults', load: async () => (await import('./faults-page.tsx')).FaultsPage }],
  menu: [{ to: '/faults', icon: BugRegular, texts: faultsTexts, useIsShown: useFaultsAllowed }],
}
