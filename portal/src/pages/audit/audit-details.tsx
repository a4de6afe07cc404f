// One line of the audit log: all that is told of it, with what was there before and after.

import { Subtitle2 } from '@fluentui/react-components'
import { Link } from 'react-router'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { addressOf, TYPE_NAMES, typeOf } from '../../resource/resource-id.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import type { AuditEvent } from './audit-event.ts'
import { DifferenceTable } from './difference-table.tsx'
import { auditTexts } from './texts.ts'

export function AuditDetails(props: {
  readonly event: AuditEvent
  readonly principal: string
  readonly onClose: () => void
}) {
  const t = useTexts(auditTexts)
  const { exact } = useFormats()
  const { event, principal, onClose } = props
  const { at, principalId, operation, target, requestId, correlationId, before, after } = event.properties
  const hasPage = target.startsWith('/subscriptions/') && TYPE_NAMES[typeOf(target)] !== undefined
  return (
    <DetailPanel title={operation} onClose={onClose}>
      <Essentials
        items={[
          { label: t.time, value: exact(at) },
          { label: t.principal, value: principal === principalId ? principal : `${principal} (${principalId})` },
          {
            label: t.target,
            value: (
              <>
                {target} {hasPage && after !== null && <Link to={addressOf(target)}>{t.openTarget}</Link>}
              </>
            ),
          },
          { label: t.request, value: requestId },
          ...(correlationId === null ? [] : [{ label: t.correlation, value: correlationId }]),
        ]}
      />
      <Subtitle2 as="h3">{t.changes}</Subtitle2>
      <DifferenceTable before={before} after={after} />
    </DetailPanel>
  )
}
