// How many devices signed in with something in the last day, and which did last: whoever is about to take it away wants to know. Nothing
// for who may not see it.

import { Body1, Caption1, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../session/session-context.tsx'
import { useFormats } from '../texts/formats.ts'
import { useTexts } from '../texts/language.tsx'
import { deviceTexts } from './device-texts.ts'
import { ForeignText } from './foreign-text.tsx'

const PATH = '/providers/Postern.Mail/credentialDevices'
const MOST_SHOWN = 5

type Devices = {
  readonly isComplete: boolean
  readonly value: readonly {
    readonly network: string
    readonly username: string | null
    readonly lastUsedAt: string
  }[]
}

const useStyles = makeStyles({ list: { marginBlock: 0 } })

export function DevicesInUse(props: {
  readonly applicationId: string
  /** Only those with this secret, or with this SMTP username. */
  readonly keyId?: string
  readonly username?: string
  /** Something else says that there are none. */
  readonly isQuiet?: boolean
}) {
  const { applicationId, keyId, username, isQuiet = false } = props
  const t = useTexts(deviceTexts)
  const { fromNow } = useFormats()
  const styles = useStyles()
  const api = useApi()
  const { data } = useQuery({
    queryKey: [PATH, applicationId, keyId, username],
    staleTime: 0,
    queryFn: ({ signal }) => api.call<Devices>('GET', PATH, { query: { applicationId, keyId, username }, signal }),
  })
  if (data === undefined) return null
  const { value, isComplete } = data
  if (value.length === 0) return isQuiet ? null : <Body1>{t.none}</Body1>
  return (
    <div>
      <Body1>{isComplete ? t.used(value.length) : t.usedByMany(value.length)}</Body1>
      <ul className={styles.list}>
        {value.slice(0, MOST_SHOWN).map(({ network, username: name, lastUsedAt }) => {
          const when = fromNow(lastUsedAt)
          return (
            <li key={`${network} ${name ?? ''}`}>
              <ForeignText text={name === null ? t.forToken(network, when) : t.as(network, name, when)} />
            </li>
          )
        })}
        {value.length > MOST_SHOWN && <li>{t.others(value.length - MOST_SHOWN)}</li>}
      </ul>
      <Caption1>{t.apart}</Caption1>
    </div>
  )
}
