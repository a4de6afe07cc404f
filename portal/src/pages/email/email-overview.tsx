// An email service: what it is, and how to come to a domain.

import { Spinner, Subtitle2, Text } from '@fluentui/react-components'
import { Link } from 'react-router'
import { useResource } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { DeleteResource } from '../../parts/delete-resource.tsx'
import { Failure } from '../../parts/failure.tsx'
import { placeOf } from '../../parts/group-picker.tsx'
import { ResourceEssentials } from '../../parts/resource-essentials.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { addressOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { emailTexts } from './email-texts.ts'
import { EmailServiceLosses } from './losses.tsx'

const DELETE = { action: 'Microsoft.Communication/EmailServices/Delete' }

export function EmailOverview({ id }: BladeProps) {
  const t = useTexts(emailTexts)
  const r = useTexts(resourceTexts)
  const common = useTexts(commonTexts)
  const service = useResource<{ readonly dataLocation: string }>(id)
  return (
    <BladeFrame
      title={r.overview}
      commands={
        <DeleteResource id={id} right={DELETE} goTo={addressOf(placeOf(id).groupId ?? '')}>
          <EmailServiceLosses id={id} />
        </DeleteResource>
      }
    >
      {service.isPending && <Spinner label={common.loading} />}
      {service.isError && <Failure error={service.error} onRetry={() => void service.refetch()} />}
      {service.data && (
        <ResourceEssentials resource={service.data} dataLocation={service.data.properties.dataLocation} />
      )}
      <Subtitle2 as="h3">{t.getStarted}</Subtitle2>
      <Text>{t.getStartedIntro}</Text>
      <Link to={addressOf(id, 'domains')}>{t.toDomains}</Link>
      <Text>{t.toConnect}</Text>
    </BladeFrame>
  )
}
