// What can be set on a domain: whether recipients are watched, and its DKIM keys, which are replaced one step at a time.

import { Spinner, Subtitle2, Switch, Text } from '@fluentui/react-components'
import { useId } from 'react'
import { useMayDo } from '../../api/rights.ts'
import { versionOf } from '../../api/resource.ts'
import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { Failure } from '../../parts/failure.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { DkimKey } from './dkim-key.tsx'
import { type Domain, useDomain, WRITE_DOMAIN } from './domain.ts'
import { settingsTexts } from './settings-texts.ts'
import { emailTitles } from './titles.ts'

export function DomainSettingsBlade({ id }: BladeProps) {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const title = useTexts(emailTitles.settings).title
  const domain = useDomain(id)
  return (
    <BladeFrame title={title}>
      {domain.isPending && <Spinner label={common.loading} />}
      {domain.isError && <Failure error={domain.error} onRetry={() => void domain.refetch()} />}
      {domain.data && (
        <>
          <Tracking domain={domain.data} />
          <Subtitle2 as="h3">{t.dkim}</Subtitle2>
          {domain.data.properties.domainManagement === 'AzureManaged' ? (
            <Text>{t.dkimManaged}</Text>
          ) : (
            <>
              <Text>{t.dkimIntro}</Text>
              {(['DKIM', 'DKIM2'] as const).map((slot) => (
                <DkimKey key={slot} domain={domain.data} slot={slot} />
              ))}
            </>
          )}
        </>
      )}
    </BladeFrame>
  )
}

function Tracking({ domain }: { readonly domain: Domain }) {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const heading = useId()
  const mayWrite = useMayDo(domain.id)(WRITE_DOMAIN)
  const isOn = domain.properties.userEngagementTracking === 'Enabled'
  const save = useAction({
    run: (checked: boolean) => {
      const json = { properties: { userEngagementTracking: checked ? 'Enabled' : 'Disabled' } }
      return api.call('PATCH', domain.id, { query: versionOf(domain.id), json })
    },
    said: () => t.trackingSaved,
  })
  return (
    <>
      <Subtitle2 as="h3" id={heading}>
        {t.tracking}
      </Subtitle2>
      <Text>{t.trackingIntro}</Text>
      <Switch
        aria-labelledby={heading}
        checked={save.isPending ? save.variables : isOn}
        disabled={!mayWrite || save.isPending}
        label={isOn ? t.trackingOn : t.trackingOff}
        onChange={(_event, { checked }) => save.mutate(checked)}
      />
      {!mayWrite && <Text>{common.needs(WRITE_DOMAIN.action)}</Text>}
      {save.error && <Failure error={save.error} />}
    </>
  )
}
