// One step of the assistant: its number and title, how it stands, and what is to be done about it.

import { Body1, Card, makeStyles, Subtitle1, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useTexts } from '../../texts/language.tsx'
import { startTexts } from './texts.ts'

const LOOKS = {
  done: 'good',
  todo: 'warning',
  doing: 'none',
  failed: 'bad',
  optional: 'none',
  waiting: 'none',
} as const
/** `waiting`: for a step before it. */
export type StepState = keyof typeof LOOKS

const useStyles = makeStyles({
  card: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0, maxWidth: '900px' },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
})

export function StepCard(props: {
  readonly number: number
  readonly title: string
  readonly text: string
  readonly state: StepState
  readonly children?: ReactNode
}) {
  const { number, title, text, state, children } = props
  const t = useTexts(startTexts)
  const styles = useStyles()
  const heading = t.step(number, title)
  return (
    <Card
      className={styles.card}
      role="region"
      aria-label={heading}
      appearance={state === 'waiting' ? 'subtle' : 'outline'}
    >
      <div className={styles.head}>
        <Subtitle1 as="h2">{heading}</Subtitle1>
        <StateBadge look={LOOKS[state]} text={t.states[state]} />
      </div>
      <Body1>{text}</Body1>
      {state !== 'waiting' && children}
    </Card>
  )
}
