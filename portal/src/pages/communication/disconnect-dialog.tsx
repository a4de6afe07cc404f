// Before a domain is disconnected: which sender addresses stop.

import { Text } from '@fluentui/react-components'
import type { ArmResource } from '../../api/resource.ts'
import { versionOf } from '../../api/resource.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { domainsTexts } from './domains-texts.ts'
import { type ServiceProperties, useSmtpSettings } from './service.ts'

const MOST_SHOWN = 10

export function DisconnectDialog(props: {
  readonly serviceId: string
  readonly domainId: string
  readonly domain: string
  readonly isLast: boolean
  readonly onClose: () => void
}) {
  const { serviceId, domainId, domain, isLast, onClose } = props
  const t = useTexts(domainsTexts)
  const api = useApi()
  const settings = useSmtpSettings(serviceId)
  const ending = `@${domain.toLowerCase()}`
  const stopping = settings.data?.senderAddresses.filter((address) => address.toLowerCase().endsWith(ending)) ?? []
  const disconnect = useAction({
    run: async () => {
      const query = versionOf(serviceId)
      const { properties } = await api.call<ArmResource<ServiceProperties>>('GET', serviceId, { query })
      const linkedDomains = properties.linkedDomains.filter((id) => id.toLowerCase() !== domainId.toLowerCase())
      await api.call('PATCH', serviceId, { query, json: { properties: { linkedDomains } } })
    },
    said: () => t.disconnected(domain),
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.disconnectTitle(domain)}
      verb={t.disconnect}
      isBusy={disconnect.isPending || settings.isPending}
      error={disconnect.error}
      onConfirm={() => disconnect.mutate(undefined)}
      onClose={onClose}
    >
      {settings.data && stopping.length === 0 && <Text>{t.stopsNothing}</Text>}
      {stopping.length > 0 && (
        <div>
          <Text>{t.stops(stopping.length)}</Text>
          <ul>
            {stopping.slice(0, MOST_SHOWN).map((address) => (
              <li key={address}>{address}</li>
            ))}
            {stopping.length > MOST_SHOWN && <li>{t.andMore(stopping.length - MOST_SHOWN)}</li>}
          </ul>
        </div>
      )}
      {isLast && <Text weight="semibold">{t.last}</Text>}
      <Text>{t.queued}</Text>
    </ConfirmDialog>
  )
}
