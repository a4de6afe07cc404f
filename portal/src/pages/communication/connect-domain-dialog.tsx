// A domain to connect, found as in Azure's portal: subscription, resource group, email service, verified domain.

import { useState } from 'react'
import { type ArmResource, apiVersionOf, versionOf } from '../../api/resource.ts'
import { ApiDropdown } from '../../parts/api-dropdown.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { GroupPicker, type Place, placeOf } from '../../parts/group-picker.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type Domain, isVerified } from '../email/domain.ts'
import { domainsTexts } from './domains-texts.ts'
import type { ServiceProperties } from './service.ts'

const query = { 'api-version': apiVersionOf('/providers/Microsoft.Communication/emailServices') }

export function ConnectDomainDialog(props: {
  readonly service: ArmResource<ServiceProperties>
  readonly onClose: () => void
}) {
  const { service, onClose } = props
  const t = useTexts(domainsTexts)
  const [place, setPlace] = useState<Place>(() => placeOf(service.id))
  const [emailService, setEmailService] = useState<ArmResource | undefined>()
  const [domain, setDomain] = useState<Domain | undefined>()
  const connect = useConnect(service.id, onClose)
  const isOffered = (one: Domain) =>
    isVerified(one) &&
    one.properties.dataLocation === service.properties.dataLocation &&
    !service.properties.linkedDomains.some((id) => id.toLowerCase() === one.id.toLowerCase())
  const moveTo = (to: Place) => {
    setPlace(to)
    setEmailService(undefined)
    setDomain(undefined)
  }
  return (
    <FormDialog
      title={t.connect}
      verb={t.connectVerb}
      isReady={domain !== undefined}
      isBusy={connect.isPending}
      error={connect.error}
      onSubmit={() => domain && connect.mutate(domain)}
      onClose={onClose}
    >
      <GroupPicker place={place} onChange={moveTo} />
      <ApiDropdown<ArmResource>
        label={t.emailService}
        path={place.groupId && `${place.groupId}/providers/Microsoft.Communication/emailServices`}
        query={query}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        chosenKey={emailService?.id}
        onChoose={(chosen) => {
          setEmailService(chosen)
          setDomain(undefined)
        }}
        empty={t.noEmailService}
      />
      <ApiDropdown<Domain>
        label={t.verifiedDomain}
        path={emailService && `${emailService.id}/domains`}
        query={query}
        keyOf={({ id }) => id}
        nameOf={({ properties }) => properties.fromSenderDomain}
        isOffered={isOffered}
        chosenKey={domain?.id}
        onChoose={setDomain}
        empty={t.noVerified}
        hint={t.verifiedHint}
      />
    </FormDialog>
  )
}

/** To those that are connected by then. */
function useConnect(serviceId: string, onDone: () => void) {
  const t = useTexts(domainsTexts)
  const api = useApi()
  return useAction({
    run: async (domain: Domain) => {
      const query = versionOf(serviceId)
      const { properties } = await api.call<ArmResource<ServiceProperties>>('GET', serviceId, { query })
      const linkedDomains = [...properties.linkedDomains, domain.id]
      await api.call('PATCH', serviceId, { query, json: { properties: { linkedDomains } } })
      return domain.properties.fromSenderDomain
    },
    said: t.connected,
    onDone,
  })
}
