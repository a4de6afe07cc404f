// What a communication service needs before a device can send through it, what of it is there, and where to get the rest.

import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { ArmResource } from '../../api/resource.ts'
import { StateBadge } from '../../parts/state-badge.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { overviewTexts } from './overview-texts.ts'
import { assistantOf, type ServiceProperties, useApplicationsHere, useSmtpSettings } from './service.ts'

type StepName = 'domain' | 'application' | 'secret' | 'username'
/** `undefined` while it is asked for; `unknown` to who may not see it; null where there is no saying, and the step is left out. */
type Standing = 'done' | 'missing' | 'optional' | 'unknown' | undefined | null

const LOOKS = { done: 'good', missing: 'bad', optional: 'none', unknown: 'none' } as const

const useStyles = makeStyles({
  steps: {
    listStyleType: 'none',
    display: 'grid',
    gap: tokens.spacingVerticalS,
    margin: `${tokens.spacingVerticalS} 0`,
    padding: 0,
  },
  step: { display: 'flex', alignItems: 'baseline', gap: tokens.spacingHorizontalS },
})

export function FirstSteps({ service }: { readonly service: ArmResource<ServiceProperties> }) {
  const t = useTexts(overviewTexts)
  const styles = useStyles()
  const { id } = service
  const standings = useStandings(service)
  const links: Readonly<Record<StepName, string>> = {
    domain: addressOf(id, 'domains'),
    application: addressOf(id, 'iam'),
    secret: '/applications',
    username: addressOf(id, 'smtp-usernames'),
  }
  const names = (Object.keys(links) as StepName[]).filter((name) => standings[name] !== null)
  const isReady = names.every((name) => standings[name] === 'done' || standings[name] === 'optional')
  return (
    <section aria-label={t.firstSteps}>
      <Subtitle2 as="h3">{t.firstSteps}</Subtitle2>
      <div>
        <Text>{t.firstStepsIntro}</Text>
      </div>
      <ul className={styles.steps}>
        {names.map((name) => (
          <Step key={name} text={t.steps[name]} standing={standings[name]}>
            <Link to={links[name]}>{t.links[name]}</Link>
          </Step>
        ))}
      </ul>
      <Text>
        {isReady ? (
          <>
            {t.ready} <Link to={addressOf(id, 'smtp-settings')}>{t.toSettings}</Link>
          </>
        ) : (
          <>
            {t.assistant} <Link to={assistantOf(id)}>{t.toAssistant}</Link>
          </>
        )}
      </Text>
    </section>
  )
}

function Step(props: { readonly text: string; readonly standing: Standing; readonly children: ReactNode }) {
  const { text, standing, children } = props
  const t = useTexts(overviewTexts)
  const styles = useStyles()
  return (
    <li className={styles.step}>
      {standing != null && <StateBadge look={LOOKS[standing]} text={t[standing]} />}
      <Text>
        {text} {children}
      </Text>
    </li>
  )
}

function useStandings({ id, properties }: ArmResource<ServiceProperties>): Readonly<Record<StepName, Standing>> {
  const settings = useSmtpSettings(id)
  const applications = useApplicationsHere(id)
  const secret = useSecretStanding(applications.data)
  const judged = (
    query: { readonly isError: boolean },
    isThere: boolean | undefined,
    otherwise: Standing,
  ): Standing => {
    if (query.isError) return 'unknown'
    return isThere === undefined ? undefined : isThere ? 'done' : otherwise
  }
  return {
    domain:
      properties.linkedDomains.length === 0
        ? 'missing'
        : judged(settings, settings.data && settings.data.connectedDomains.length > 0, 'missing'),
    application: judged(applications, applications.data && applications.data.count > 0, 'missing'),
    secret: secret.isError ? 'unknown' : secret.data,
    username: judged(settings, settings.data && settings.data.aliases.length > 0, 'optional'),
  }
}

type Credential = { readonly applicationId: string; readonly endDateTime: string | null }
/** Enough to know that there is one; whoever has more is far beyond first steps. */
const MOST_ASKED = 10

type ApplicationsHere = NonNullable<ReturnType<typeof useApplicationsHere>['data']>

/** One that stands is enough. That there is none is said only where all of them were asked. */
function useSecretStanding(here: ApplicationsHere | undefined) {
  const api = useApi()
  const { applications, count } = here ?? { applications: [], count: 0 }
  const asked = applications.slice(0, MOST_ASKED).map(({ appId }) => appId)
  return useQuery({
    queryKey: ['credentials of', count, ...asked],
    enabled: here !== undefined,
    queryFn: async ({ signal }): Promise<Exclude<Standing, undefined>> => {
      for (const applicationId of asked) {
        const query = { applicationId }
        const path = '/providers/Postern.Mail/credentials'
        const { value } = await api.call<{ value: readonly Credential[] }>('GET', path, { query, signal })
        if (value.some(({ endDateTime }) => endDateTime === null || Date.parse(endDateTime) > Date.now())) return 'done'
      }
      if (asked.length === count) return 'missing'
      return asked.length < applications.length ? null : 'unknown'
    },
  })
}
