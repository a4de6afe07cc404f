// How much of each quota is used in the window that is now, the fullest first. Of very many quotas the first page is looked at.

import { Caption1, Card, Subtitle2, Text } from '@fluentui/react-components'
import { useId } from 'react'
import { Link } from 'react-router'
import { ApiError } from '../../api/api.ts'
import { usePages } from '../../api/pages.ts'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { BarList } from '../../parts/charts/bar-list.tsx'
import { Failure } from '../../parts/failure.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { activityTexts } from './activity-texts.ts'

type Kind = 'application' | 'resource' | 'domain'
type Quota = {
  readonly id: string
  readonly properties: {
    readonly kind: Kind
    readonly subject: string
    readonly usage: readonly {
      readonly name: string
      readonly unit: 'messages' | 'recipients'
      readonly window: 'minute' | 'hour' | 'day'
      readonly limit: number
      readonly used: number
    }[]
  }
}

const MOST = 6

export function QuotaCard() {
  const t = useTexts(activityTexts)
  const common = useTexts(commonTexts)
  const heading = useId()
  const { items, error } = usePages<Quota>('/providers/Postern.Mail/quotas', { limit: 100 })
  const isForbidden = error instanceof ApiError && error.status === 403
  return (
    <Card role="group" aria-labelledby={heading}>
      <Subtitle2 as="h3" id={heading}>
        {t.quotas}
      </Subtitle2>
      {isForbidden && <Text>{common.needs('Postern.Mail/quotas/read')}</Text>}
      {error !== null && !isForbidden && <Failure error={error} />}
      {error === null && <Usage quotas={items} />}
    </Card>
  )
}

function Usage({ quotas }: { readonly quotas: readonly Quota[] }) {
  const t = useTexts(activityTexts)
  const { number } = useFormats()
  const bars = quotas
    .flatMap(({ id, properties: { kind, subject, usage } }) =>
      usage.map(({ name, unit, window, limit, used }) => ({
        key: `${subject} ${name}`,
        name: (
          <>
            <Subject id={id} kind={kind} subject={subject} />{' '}
            <Caption1>
              {t.quotaUnits[unit]} {t.quotaWindows[window]}
            </Caption1>
          </>
        ),
        share: limit === 0 ? 1 : used / limit,
        text: t.quotaOf(number(used), number(limit)),
        look: used >= limit ? ('full' as const) : ('plain' as const),
      })),
    )
    .toSorted((one, other) => other.share - one.share)
  return bars.length === 0 ? <Text>{t.noQuotas}</Text> : <BarList label={t.quotas} bars={bars.slice(0, MOST)} />
}

/** With the way to where the quota is set. */
function Subject(props: { readonly id: string; readonly kind: Kind; readonly subject: string }) {
  const { id, kind, subject } = props
  if (kind === 'application') return <ApplicationLink applicationId={subject} part="sending" />
  const resourceId = id.slice(0, id.toLowerCase().lastIndexOf('/providers/postern.mail/'))
  return <Link to={addressOf(resourceId, 'quotas')}>{kind === 'domain' ? subject : nameOf(resourceId)}</Link>
}
