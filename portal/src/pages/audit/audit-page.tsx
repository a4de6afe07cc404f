// The audit log of the tenant: everything that was changed in it, the directory included.

import { Page } from '../../parts/page.tsx'
import { useTexts } from '../../texts/language.tsx'
import { AuditLog } from './audit-log.tsx'
import { auditTexts } from './texts.ts'

export function AuditPage() {
  const t = useTexts(auditTexts)
  return (
    <Page title={t.title}>
      <AuditLog scope="" />
    </Page>
  )
}
