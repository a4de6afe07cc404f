// How the records of a domain stand, as of the last time they were looked for.

import { makeStyles, tokens } from '@fluentui/react-components'
import { type Look, StateBadge } from '../../parts/state-badge.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type Domain, RECORD_TYPES, type RecordState } from './domain.ts'
import { emailTexts } from './email-texts.ts'

const LOOKS = { NotStarted: 'none', VerificationFailed: 'bad', Verified: 'good' } as const

const useStyles = makeStyles({ all: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS } })

function useSayState() {
  const t = useTexts(emailTexts)
  return ({ status, lostSince }: RecordState): { readonly look: Look; readonly text: string } =>
    status === 'Verified' && lostSince !== undefined
      ? { look: 'warning', text: t.lost }
      : { look: LOOKS[status], text: t.statuses[status] }
}

export function RecordStateBadge({ state }: { readonly state: RecordState }) {
  return <StateBadge {...useSayState()(state)} />
}

/** Each in short. */
export function RecordStates({ domain }: { readonly domain: Domain }) {
  const say = useSayState()
  const styles = useStyles()
  return (
    <span className={styles.all}>
      {RECORD_TYPES.map((type) => {
        const { look, text } = say(domain.properties.verificationStates[type])
        return <StateBadge key={type} look={look} text={type} name={`${type}: ${text}`} />
      })}
    </span>
  )
}
