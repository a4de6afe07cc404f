// When an application signed in last, with whatever it has, and how many devices do: who thinks of taking it away wants to know.

import { Body1 } from '@fluentui/react-components'
import { DevicesInUse } from '../../parts/devices.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { applicationTexts } from './application-texts.ts'
import { useCredentials } from './credentials.ts'

export function LastUseOfApplication({ appId }: { readonly appId: string }) {
  const t = useTexts(applicationTexts)
  const { fromNow } = useFormats()
  const { data } = useCredentials(appId)
  if (data === undefined) return undefined
  const [last] = data
    .flatMap(({ lastUse }) => (lastUse === null ? [] : [lastUse]))
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
  return (
    <>
      <Body1>{last === undefined ? t.neverUsed : t.lastUse(fromNow(last.at), last.network)}</Body1>
      <DevicesInUse applicationId={appId} isQuiet={last === undefined} />
    </>
  )
}
