import { ShieldPersonRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { TYPES } from '../../resource/resource-id.ts'
import { iamTitle } from './title.ts'

export const iamArea: Area = {
  pages: [],
  blades: [
    {
      name: 'iam',
      icon: ShieldPersonRegular,
      texts: iamTitle,
      types: Object.values(TYPES),
      load: async () => (await import('./iam-blade.tsx')).IamBlade,
    },
  ],
}
