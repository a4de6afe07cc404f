// A communication service: what it is, what is still missing for sending, and what stops when it is deleted.

import { Spinner, Text } from '@fluentui/react-components'
import { Link } from 'react-router'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { CopyButton } from '../../parts/copy-field.tsx'
import { DeleteResource } from '../../parts/delete-resource.tsx'
import { Failure } from '../../parts/failure.tsx'
import { placeOf } from '../../parts/group-picker.tsx'
import { ResourceEssentials } from '../../parts/resource-essentials.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { FirstSteps } from './first-steps.tsx'
import { overviewTexts } from './overview-texts.ts'
import { useService, useSmtpSettings } from './service.ts'

const DELETE = { action: 'Microsoft.Communication/CommunicationServices/Delete' }
const MOST_SHOWN = 10

export function CommunicationOverview({ id }: BladeProps) {
  const t = useTexts(overviewTexts)
  const r = useTexts(resourceTexts)
  const common = useTexts(commonTexts)
  const service = useService(id)
  const endpoint = `https://${service.data?.properties.hostName}/`
  return (
    <BladeFrame
      title={r.overview}
      commands={
        <DeleteResource id={id} right={DELETE} goTo={addressOf(placeOf(id).groupId ?? '')}>
          <Losses id={id} />
        </DeleteResource>
      }
    >
      {service.isPending && <Spinner label={common.loading} />}
      {service.isError && <Failure error={service.error} onRetry={() => void service.refetch()} />}
      {service.data && (
        <>
          <ResourceEssentials
            resource={service.data}
            dataLocation={service.data.properties.dataLocation}
            more={[
              {
                label: t.endpoint,
                value: (
                  <>
                    {endpoint} <CopyButton label={t.endpoint} value={endpoint} />
                  </>
                ),
              },
              {
                label: t.connectedDomains,
                value: <Link to={addressOf(id, 'domains')}>{service.data.properties.linkedDomains.length}</Link>,
              },
            ]}
          />
          <FirstSteps service={service.data} />
        </>
      )}
    </BladeFrame>
  )
}

function Losses({ id }: { readonly id: string }) {
  const t = useTexts(overviewTexts)
  const { data } = useSmtpSettings(id)
  const addresses = data?.senderAddresses ?? []
  const usernames = data?.aliases.length ?? 0
  return (
    <>
      <Text>{t.breaks}</Text>
      {usernames > 0 && <Text>{data?.aliasesAreComplete === true ? t.takes(usernames) : t.takesMany(usernames)}</Text>}
      {addresses.length > 0 && (
        <div>
          <Text>{t.stops(addresses.length)}</Text>
          <ul>
            {addresses.slice(0, MOST_SHOWN).map((address) => (
              <li key={address}>{address}</li>
            ))}
            {addresses.length > MOST_SHOWN && <li>{t.andMore(addresses.length - MOST_SHOWN)}</li>}
          </ul>
        </div>
      )}
      <Text>{t.rolesGo}</Text>
    </>
  )
}
