// What is lost with a domain, or with an email service and all its domains: who is connected, and which sender addresses stop.

import { Text } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { type ArmResource, versionOf } from '../../api/resource.ts'
import { placeOf } from '../../parts/group-picker.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { Domain } from './domain.ts'
import { emailTexts } from './email-texts.ts'

/** Of each list, for a look. What is beyond it the API still refuses to break. */
const MOST_ASKED = 1000
const MOST_SHOWN = 10

type Service = ArmResource<{ readonly linkedDomains: readonly string[] }>
export type SenderUsername = ArmResource<{ readonly username: string; readonly displayName: string }>

function useList<Item>(path: string, top: number) {
  const api = useApi()
  return useQuery({
    queryKey: [path, 'first', top],
    queryFn: async ({ signal }) => {
      const query = { ...versionOf(path), $top: top }
      return (await api.call<{ value: readonly Item[] }>('GET', path, { query, signal })).value
    },
  })
}

export function LinkedServices({ id }: { readonly id: string }) {
  const t = useTexts(emailTexts)
  const { subscriptionId = '' } = placeOf(id)
  const path = `${subscriptionId}/providers/Microsoft.Communication/communicationServices`
  const { data } = useList<Service>(path, MOST_ASKED)
  if (data === undefined) return null
  const isWithin = (domainId: string) => `${domainId.toLowerCase()}/`.startsWith(`${id.toLowerCase()}/`)
  const linking = data.filter(({ properties }) => properties.linkedDomains.some(isWithin))
  if (linking.length === 0) return <Text>{t.notLinked}</Text>
  return (
    <div>
      <Text weight="semibold">{t.linkedTo(linking.length)}</Text>
      <ul>
        {linking.slice(0, MOST_SHOWN).map((service) => (
          <li key={service.id}>
            <Link to={addressOf(service.id, 'domains')}>{service.name}</Link>
          </li>
        ))}
        {linking.length > MOST_SHOWN && <li>{t.andMore}</li>}
      </ul>
    </div>
  )
}

export function DomainLosses({ domain }: { readonly domain: Domain }) {
  const t = useTexts(emailTexts)
  const { fromSenderDomain: name } = domain.properties
  const { data = [] } = useList<SenderUsername>(`${domain.id}/senderUsernames`, MOST_SHOWN + 1)
  return (
    <>
      <Text>{t.domainBreaks(name)}</Text>
      {data.length > 0 && (
        <Some title={t.stops(data.length)} names={data.map(({ properties }) => `${properties.username}@${name}`)} />
      )}
      <LinkedServices id={domain.id} />
    </>
  )
}

export function EmailServiceLosses({ id }: { readonly id: string }) {
  const t = useTexts(emailTexts)
  const { data = [] } = useList<Domain>(`${id}/domains`, MOST_SHOWN + 1)
  return (
    <>
      <Text>{t.serviceBreaks}</Text>
      {data.length > 0 && (
        <Some title={t.losesDomains(data.length)} names={data.map(({ properties }) => properties.fromSenderDomain)} />
      )}
      <LinkedServices id={id} />
    </>
  )
}

function Some({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  const t = useTexts(emailTexts)
  return (
    <div>
      <Text>{title}</Text>
      <ul>
        {names.slice(0, MOST_SHOWN).map((name) => (
          <li key={name}>{name}</li>
        ))}
        {names.length > MOST_SHOWN && <li>{t.andMore}</li>}
      </ul>
    </div>
  )
}
