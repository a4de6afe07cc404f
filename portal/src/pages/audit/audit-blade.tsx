// The audit log of a resource, a resource group or a subscription: what was changed there and below.

import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { useTexts } from '../../texts/language.tsx'
import { AuditLog } from './audit-log.tsx'
import { auditTexts } from './texts.ts'

export function AuditBlade({ id }: BladeProps) {
  const t = useTexts(auditTexts)
  return (
    <BladeFrame title={t.title}>
      <AuditLog scope={id} />
    </BladeFrame>
  )
}
