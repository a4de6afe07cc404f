// The quota of a communication service or of a domain.

import { Text } from '@fluentui/react-components'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { TYPES } from '../../resource/resource-id.ts'
import { useTexts } from '../../texts/language.tsx'
import { QuotaEditor } from './quota-editor.tsx'
import { quotasTexts } from './quotas-texts.ts'
import { communicationTitles } from './titles.ts'

export function QuotasBlade({ id, type }: BladeProps) {
  const t = useTexts(quotasTexts)
  const title = useTexts(communicationTitles.quotas).title
  return (
    <BladeFrame title={title}>
      <Text>
        {t.intro} {type === TYPES.domain ? t.ofDomain : t.ofService}
      </Text>
      <QuotaEditor path={`${id}/providers/Postern.Mail/quotas/default`} scope={id} />
    </BladeFrame>
  )
}
